import threading

import pytest

from icportal.core.search import tokens


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [("de", "Häuser in Köln", "haus köln"), ("de", "Straße", "STRASSE"), ("fr", "les chevaux", "cheval"), ("fr", "l’accueil", "accueil"),
     ("it", "dell'integrazione", "integrazione"), ("en", "cities", "city"), ("fi", "kaupungeissa", "kaupungeissa"),
     ("zh", "良好做法汇编", "做法"), ("xx", "Čeština", "cestina"), ("en", "COVID-19", "covid")],
)  # fmt: skip
def test_a_question_finds_the_text(language, text, question):
    assert set(tokens(question, language)) <= set(tokens(text, language))


def test_words_of_one_letter_and_signs_are_dropped():
    assert tokens('a "b" OR (* _ x', "en") == ["or"]
    assert tokens("\0\ud800", "en") == []


def test_threads_do_not_mix_their_words():
    wrong = []

    def check(word, stem):
        for number in range(300):
            found = tokens(f"{word} w{number}{stem}", "en")[0]
            wrong.extend([found] * (found != stem))

    threads = [threading.Thread(target=check, args=pair) for pair in [("cities", "citi"), ("signing", "sign")] * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
