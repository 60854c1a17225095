"""The report: a published file as a static site of HTML that opens from disk, prints, and asks no network.

    start, event, lists, history, companies   what stands on each kind of page
    facts, frame, accuracy                    the figures: of public tables, of every event, against lists
    grids, words, plots, flows, place         tables, words and pictures
    templates/, assets/                       the form
    writer, site                              the pages of a folder, and the folder as a whole

Does not belong here: a rule or a figure that is not in the published file. The same file gives the same bytes: there is
no clock in a page, and every list has an order.

Tables are readable as they stand; `assets/report.js` adds sorting and searching.
"""
