def test_site():
    pass
