"""How sure we are: intervals, funnels, ranks, variation, trends, peers. Arrays in, arrays out; no storage, no clock."""
