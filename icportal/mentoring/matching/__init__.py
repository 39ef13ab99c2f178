"""Who mentors whom: the computation, without the portal around it.

``pool`` is what goes in, ``table`` what holds of every pair, ``best`` and ``stable`` the two results, ``blocking`` the search for
pairs that would rather have each other, ``explain`` the reasons, ``runs`` all of it with a checksum.
"""
