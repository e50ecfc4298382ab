"""Pure decisions: from values to values. Nothing here touches the outside."""
