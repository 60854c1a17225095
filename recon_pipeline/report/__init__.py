"""The report: a published file as a static site of HTML that opens from disk, prints, and asks no network.

Belongs here: reading public tables (`facts.py`), the plots (`plots.py`, `flows.py`), what stands on each page
(`pages.py`), the words (`words.py`), the form (`templates/`, `assets/`), and writing the folder (`site.py`).

Does not belong here: a rule or a figure that is not in the published file. The same file gives the same bytes: there is
no clock in a page, and every list has an order.

Tables are readable as they stand; `assets/report.js` adds sorting and searching.
"""
