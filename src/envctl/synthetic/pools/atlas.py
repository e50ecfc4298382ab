"""Some towns of some countries as they are: what is said of a place is of one place.

A line is a town, the part of the country that it is in (its code behind it, where there is one), what its postcodes
begin with (# is a digit, @ a letter), latitude, longitude, and its time zone where the country has several. The larger
ones come first.
"""

from __future__ import annotations

from typing import NamedTuple


class Country(NamedTuple):
    """What it is called in its own language, its usual time zone, and its towns."""

    name: str
    zone: str
    towns: str


ATLAS: dict[str, Country] = {
    "US": Country(
        "United States",
        "America/New_York",
        """
        New York|New York NY|100##|40.7128|-74.0060
        Los Angeles|California CA|900##|34.0522|-118.2437|America/Los_Angeles
        Chicago|Illinois IL|606##|41.8781|-87.6298|America/Chicago
        Houston|Texas TX|770##|29.7604|-95.3698|America/Chicago
        Phoenix|Arizona AZ|850##|33.4484|-112.0740|America/Phoenix
        Philadelphia|Pennsylvania PA|191##|39.9526|-75.1652
        San Antonio|Texas TX|782##|29.4241|-98.4936|America/Chicago
        San Diego|California CA|921##|32.7157|-117.1611|America/Los_Angeles
        Dallas|Texas TX|752##|32.7767|-96.7970|America/Chicago
        Jacksonville|Florida FL|322##|30.3322|-81.6557
        Columbus|Ohio OH|432##|39.9612|-82.9988
        Charlotte|North Carolina NC|282##|35.2271|-80.8431
        Indianapolis|Indiana IN|462##|39.7684|-86.1581|America/Indiana/Indianapolis
        Seattle|Washington WA|981##|47.6062|-122.3321|America/Los_Angeles
        Denver|Colorado CO|802##|39.7392|-104.9903|America/Denver
        Nashville|Tennessee TN|372##|36.1627|-86.7816|America/Chicago
        Oklahoma City|Oklahoma OK|731##|35.4676|-97.5164|America/Chicago
        Boston|Massachusetts MA|021##|42.3601|-71.0589
        Portland|Oregon OR|972##|45.5152|-122.6784|America/Los_Angeles
        Las Vegas|Nevada NV|891##|36.1699|-115.1398|America/Los_Angeles
        Detroit|Michigan MI|482##|42.3314|-83.0458|America/Detroit
        Louisville|Kentucky KY|402##|38.2527|-85.7585|America/Kentucky/Louisville
        Baltimore|Maryland MD|212##|39.2904|-76.6122
        Milwaukee|Wisconsin WI|532##|43.0389|-87.9065|America/Chicago
        Albuquerque|New Mexico NM|871##|35.0844|-106.6504|America/Denver
        Atlanta|Georgia GA|303##|33.7490|-84.3880
        Kansas City|Missouri MO|641##|39.0997|-94.5786|America/Chicago
        Omaha|Nebraska NE|681##|41.2565|-95.9345|America/Chicago
        Raleigh|North Carolina NC|276##|35.7796|-78.6382
        Miami|Florida FL|331##|25.7617|-80.1918
        Minneapolis|Minnesota MN|554##|44.9778|-93.2650|America/Chicago
        New Orleans|Louisiana LA|701##|29.9511|-90.0715|America/Chicago
        Wichita|Kansas KS|672##|37.6872|-97.3301|America/Chicago
        Honolulu|Hawaii HI|968##|21.3069|-157.8583|Pacific/Honolulu
        Pittsburgh|Pennsylvania PA|152##|40.4406|-79.9959
        Anchorage|Alaska AK|995##|61.2181|-149.9003|America/Anchorage
        Newark|New Jersey NJ|071##|40.7357|-74.1724
        Buffalo|New York NY|142##|42.8864|-78.8784
        Richmond|Virginia VA|232##|37.5407|-77.4360
        Boise|Idaho ID|837##|43.6150|-116.2023|America/Boise
        Des Moines|Iowa IA|503##|41.5868|-93.6250|America/Chicago
        Salt Lake City|Utah UT|841##|40.7608|-111.8910|America/Denver
        Birmingham|Alabama AL|352##|33.5186|-86.8104|America/Chicago
        Providence|Rhode Island RI|029##|41.8240|-71.4128
        Charleston|South Carolina SC|294##|32.7765|-79.9311
        Hartford|Connecticut CT|061##|41.7658|-72.6734
        Little Rock|Arkansas AR|722##|34.7465|-92.2896|America/Chicago
        Burlington|Vermont VT|054##|44.4759|-73.2121
        """,
    ),
    "GB": Country(
        "United Kingdom",
        "Europe/London",
        """
        London|England|EC1A #@@|51.5074|-0.1278
        Birmingham|England|B1 #@@|52.4862|-1.8904
        Glasgow|Scotland|G1 #@@|55.8642|-4.2518
        Liverpool|England|L1 #@@|53.4084|-2.9916
        Bristol|England|BS1 #@@|51.4545|-2.5879
        Manchester|England|M1 #@@|53.4808|-2.2426
        Sheffield|England|S1 #@@|53.3811|-1.4701
        Leeds|England|LS1 #@@|53.8008|-1.5491
        Edinburgh|Scotland|EH1 #@@|55.9533|-3.1883
        Leicester|England|LE1 #@@|52.6369|-1.1398
        Cardiff|Wales|CF10 #@@|51.4816|-3.1791
        Belfast|Northern Ireland|BT1 #@@|54.5973|-5.9301
        Nottingham|England|NG1 #@@|52.9548|-1.1581
        Newcastle upon Tyne|England|NE1 #@@|54.9783|-1.6178
        Brighton|England|BN1 #@@|50.8225|-0.1372
        Plymouth|England|PL1 #@@|50.3755|-4.1427
        Swansea|Wales|SA1 #@@|51.6214|-3.9436
        Aberdeen|Scotland|AB10 #@@|57.1497|-2.0943
        Oxford|England|OX1 #@@|51.7520|-1.2577
        Cambridge|England|CB1 #@@|52.2053|0.1218
        York|England|YO1 #@@|53.9600|-1.0873
        """,
    ),
    "DE": Country(
        "Deutschland",
        "Europe/Berlin",
        """
        Berlin|Berlin BE|101##|52.5200|13.4050
        Hamburg|Hamburg HH|201##|53.5511|9.9937
        München|Bayern BY|803##|48.1351|11.5820
        Köln|Nordrhein-Westfalen NW|506##|50.9375|6.9603
        Frankfurt am Main|Hessen HE|603##|50.1109|8.6821
        Stuttgart|Baden-Württemberg BW|701##|48.7758|9.1829
        Düsseldorf|Nordrhein-Westfalen NW|402##|51.2277|6.7735
        Leipzig|Sachsen SN|041##|51.3397|12.3731
        Dortmund|Nordrhein-Westfalen NW|441##|51.5136|7.4653
        Essen|Nordrhein-Westfalen NW|451##|51.4556|7.0116
        Bremen|Bremen HB|281##|53.0793|8.8017
        Dresden|Sachsen SN|010##|51.0504|13.7373
        Hannover|Niedersachsen NI|301##|52.3759|9.7320
        Nürnberg|Bayern BY|904##|49.4521|11.0767
        Münster|Nordrhein-Westfalen NW|481##|51.9607|7.6261
        Karlsruhe|Baden-Württemberg BW|761##|49.0069|8.4037
        Mannheim|Baden-Württemberg BW|681##|49.4875|8.4660
        Augsburg|Bayern BY|861##|48.3705|10.8978
        Wiesbaden|Hessen HE|651##|50.0782|8.2398
        Kiel|Schleswig-Holstein SH|241##|54.3233|10.1228
        Aachen|Nordrhein-Westfalen NW|520##|50.7753|6.0839
        Magdeburg|Sachsen-Anhalt ST|391##|52.1205|11.6276
        Freiburg im Breisgau|Baden-Württemberg BW|791##|47.9990|7.8421
        Erfurt|Thüringen TH|990##|50.9848|11.0299
        Mainz|Rheinland-Pfalz RP|551##|49.9929|8.2473
        Rostock|Mecklenburg-Vorpommern MV|180##|54.0924|12.0991
        Saarbrücken|Saarland SL|661##|49.2402|6.9969
        Potsdam|Brandenburg BB|144##|52.3906|13.0645
        """,
    ),
    "AT": Country(
        "Österreich",
        "Europe/Vienna",
        """
        Wien|Wien|1##0|48.2082|16.3738
        Graz|Steiermark|80##|47.0707|15.4395
        Linz|Oberösterreich|40##|48.3069|14.2858
        Salzburg|Salzburg|50##|47.8095|13.0550
        Innsbruck|Tirol|60##|47.2692|11.4041
        Klagenfurt am Wörthersee|Kärnten|90##|46.6249|14.3050
        Bregenz|Vorarlberg|69##|47.5031|9.7471
        St. Pölten|Niederösterreich|31##|48.2047|15.6256
        Eisenstadt|Burgenland|70##|47.8450|16.5233
        """,
    ),
    "CH": Country(
        "Schweiz",
        "Europe/Zurich",
        """
        Zürich|Zürich ZH|80##|47.3769|8.5417
        Genève|Genève GE|12##|46.2044|6.1432
        Basel|Basel-Stadt BS|40##|47.5596|7.5886
        Lausanne|Vaud VD|10##|46.5197|6.6323
        Bern|Bern BE|30##|46.9480|7.4474
        Winterthur|Zürich ZH|84##|47.4988|8.7237
        Luzern|Luzern LU|60##|47.0502|8.3093
        St. Gallen|St. Gallen SG|90##|47.4245|9.3767
        Lugano|Ticino TI|69##|46.0037|8.9511
        """,
    ),
    "FR": Country(
        "France",
        "Europe/Paris",
        """
        Paris|Île-de-France|750##|48.8566|2.3522
        Marseille|Provence-Alpes-Côte d'Azur|130##|43.2965|5.3698
        Lyon|Auvergne-Rhône-Alpes|690##|45.7640|4.8357
        Toulouse|Occitanie|310##|43.6047|1.4442
        Nice|Provence-Alpes-Côte d'Azur|060##|43.7102|7.2620
        Nantes|Pays de la Loire|440##|47.2184|-1.5536
        Montpellier|Occitanie|340##|43.6108|3.8767
        Strasbourg|Grand Est|670##|48.5734|7.7521
        Bordeaux|Nouvelle-Aquitaine|330##|44.8378|-0.5792
        Lille|Hauts-de-France|590##|50.6292|3.0573
        Rennes|Bretagne|350##|48.1173|-1.6778
        Reims|Grand Est|511##|49.2583|4.0317
        Le Havre|Normandie|766##|49.4944|0.1079
        Grenoble|Auvergne-Rhône-Alpes|380##|45.1885|5.7245
        Dijon|Bourgogne-Franche-Comté|210##|47.3220|5.0415
        Tours|Centre-Val de Loire|370##|47.3941|0.6848
        """,
    ),
    "ES": Country(
        "España",
        "Europe/Madrid",
        """
        Madrid|Madrid|280##|40.4168|-3.7038
        Barcelona|Cataluña|080##|41.3851|2.1734
        Valencia|Comunidad Valenciana|460##|39.4699|-0.3763
        Sevilla|Andalucía|410##|37.3891|-5.9845
        Zaragoza|Aragón|500##|41.6488|-0.8891
        Málaga|Andalucía|290##|36.7213|-4.4214
        Murcia|Región de Murcia|300##|37.9922|-1.1307
        Palma|Islas Baleares|070##|39.5696|2.6502
        Bilbao|País Vasco|480##|43.2630|-2.9350
        Valladolid|Castilla y León|470##|41.6523|-4.7245
        Vigo|Galicia|362##|42.2406|-8.7207
        Gijón|Asturias|332##|43.5322|-5.6611
        """,
    ),
    "IT": Country(
        "Italia",
        "Europe/Rome",
        """
        Roma|Lazio|001##|41.9028|12.4964
        Milano|Lombardia|201##|45.4642|9.1900
        Napoli|Campania|801##|40.8518|14.2681
        Torino|Piemonte|101##|45.0703|7.6869
        Palermo|Sicilia|901##|38.1157|13.3615
        Genova|Liguria|161##|44.4056|8.9463
        Bologna|Emilia-Romagna|401##|44.4949|11.3426
        Firenze|Toscana|501##|43.7696|11.2558
        Bari|Puglia|701##|41.1171|16.8719
        Venezia|Veneto|301##|45.4408|12.3155
        Trieste|Friuli-Venezia Giulia|341##|45.6495|13.7768
        Cagliari|Sardegna|091##|39.2238|9.1217
        """,
    ),
    "NL": Country(
        "Nederland",
        "Europe/Amsterdam",
        """
        Amsterdam|Noord-Holland|10## @@|52.3676|4.9041
        Rotterdam|Zuid-Holland|30## @@|51.9244|4.4777
        Den Haag|Zuid-Holland|25## @@|52.0705|4.3007
        Utrecht|Utrecht|35## @@|52.0907|5.1214
        Eindhoven|Noord-Brabant|56## @@|51.4416|5.4697
        Groningen|Groningen|97## @@|53.2194|6.5665
        Tilburg|Noord-Brabant|50## @@|51.5555|5.0913
        Almere|Flevoland|13## @@|52.3508|5.2647
        Nijmegen|Gelderland|65## @@|51.8126|5.8372
        Maastricht|Limburg|62## @@|50.8514|5.6910
        """,
    ),
    "BR": Country(
        "Brasil",
        "America/Sao_Paulo",
        """
        São Paulo|São Paulo SP|01###-###|-23.5505|-46.6333
        Rio de Janeiro|Rio de Janeiro RJ|20###-###|-22.9068|-43.1729
        Brasília|Distrito Federal DF|70###-###|-15.7939|-47.8828
        Salvador|Bahia BA|40###-###|-12.9777|-38.5016|America/Bahia
        Fortaleza|Ceará CE|60###-###|-3.7319|-38.5267|America/Fortaleza
        Belo Horizonte|Minas Gerais MG|30###-###|-19.9167|-43.9345
        Manaus|Amazonas AM|69###-###|-3.1190|-60.0217|America/Manaus
        Curitiba|Paraná PR|80###-###|-25.4284|-49.2733
        Recife|Pernambuco PE|50###-###|-8.0476|-34.8770|America/Recife
        Porto Alegre|Rio Grande do Sul RS|90###-###|-30.0346|-51.2177
        Belém|Pará PA|66###-###|-1.4558|-48.4902|America/Belem
        Florianópolis|Santa Catarina SC|88###-###|-27.5954|-48.5480
        """,
    ),
    "JP": Country(
        "日本",
        "Asia/Tokyo",
        """
        千代田区|東京都|100-####|35.6940|139.7536
        横浜市|神奈川県|220-####|35.4437|139.6380
        大阪市|大阪府|530-####|34.6937|135.5023
        名古屋市|愛知県|450-####|35.1815|136.9066
        札幌市|北海道|060-####|43.0618|141.3545
        福岡市|福岡県|810-####|33.5904|130.4017
        神戸市|兵庫県|650-####|34.6901|135.1955
        京都市|京都府|600-####|35.0116|135.7681
        さいたま市|埼玉県|330-####|35.8617|139.6455
        広島市|広島県|730-####|34.3853|132.4553
        仙台市|宮城県|980-####|38.2682|140.8694
        千葉市|千葉県|260-####|35.6073|140.1063
        新潟市|新潟県|950-####|37.9161|139.0364
        那覇市|沖縄県|900-####|26.2124|127.6809
        """,
    ),
}
