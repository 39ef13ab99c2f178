"""A title shown in another language than the page's says so in the breadcrumbs too."""


def test_the_breadcrumb_names_the_language_of_the_title(seeded_app, client):
    title = "Inclusion policy 2011-14 aims for Europe&#39;s most inclusive city by 2015"
    marked = f'<span lang="en" dir="ltr">{title}</span>'
    text = client.get("/de/practices/report-1-1").text
    assert marked in text
    assert marked not in client.get("/en/practices/report-1-1").text
