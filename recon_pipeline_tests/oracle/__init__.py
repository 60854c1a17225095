"""The test oracle: what a reconstitution of a simulated market must come to, told from the generator's own ledger.

Written from the rule facts in `../shared/reference/methodology.md` (sections 1-7, cited where a number stands) and from
the notes of the house rules, in plain Python, slow and obvious. It shares no code with `sql/` and reads none of its
reference data: a defect there must not be repeated here. It stands among the tests and not in the package because a
rule of the methodology is a line of SQL there and nowhere else.

    methodology  the numbers of the rules, by date
    ledger       what the generator knows of each line and company on a day
    country      nationality by the home-country indicators
    eligibility  each line's verdict: the first rule that it fails
    presumption  who was left out before for a reason that nobody can see
    ranking      company caps, ranks, breakpoints and bands
    story        one reconstitution told from end to end: who was in, who is, what changed
    newcomers    who is an IPO: the way and the day of a first listing
    performance  what breakpoints are worth on a later day
    additions    quarterly IPO additions and fast entries
    between      who leaves between two events
    compare      a story beside a published database, difference by difference
    __main__     runs seeds through the pipeline and prints a table of differences

What does not belong here: anything that decides how the market behaves (`recon_pipeline.simulation`).
"""
