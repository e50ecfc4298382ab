"""Dumps to try things on."""

from __future__ import annotations

SMALL = rb"""--
-- PostgreSQL database dump
--

\restrict sepLIzpObxo3eafY3WiFFzVY7ayB1lCr6rf5ob4mKL9KMQM4ErOv2JEE26861Ek

-- Dumped from database version 17.12 (Debian 17.12-0+deb13u1)
-- Dumped by pg_dump version 17.12 (Debian 17.12-0+deb13u1)

SET statement_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Name: hello(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.hello() RETURNS text
    LANGUAGE sql
    AS $$ select 'it is; fine' $$;


ALTER FUNCTION public.hello() OWNER TO shopkeeper;

--
-- Name: customers; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.customers (
    id integer NOT NULL,
    email text NOT NULL,
    note text
);


ALTER TABLE public.customers OWNER TO shopkeeper;

--
-- Data for Name: customers; Type: TABLE DATA; Schema: public; Owner: postgres
--

COPY public.customers (id, email, note) FROM stdin;
1	ann@example.org	\N
2	bob@example.org	a\\ttab \\. 'quoted; $$
\.


--
-- Name: customers customers_email_key; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_email_key UNIQUE (email);


--
-- PostgreSQL database dump complete
--

\unrestrict sepLIzpObxo3eafY3WiFFzVY7ayB1lCr6rf5ob4mKL9KMQM4ErOv2JEE26861Ek

"""
