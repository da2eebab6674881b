package lib.text_test

test_words_are_given if data.lib.text.is_given("DPA-17")

test_nothing_is_not_given if {
	not data.lib.text.is_given("")
	not data.lib.text.is_given(" \t")
	not data.lib.text.is_given(null)
	not data.lib.text.is_given(7)
	not data.lib.text.is_given(["DPA-17"])
}
