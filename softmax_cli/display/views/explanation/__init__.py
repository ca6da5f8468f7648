"""The view of `explain`: a page that a student can follow with a pocket calculator.

`document` puts the page together from tables, a row for each class, from sentences on the steps
and on what is learned from them, and from charts.
"""
