# METADATA
# title: Non-empty text
package lib.text

# True when a value is text and not blank.
is_given(value) if {
	is_string(value)
	trim_space(value) != ""
}
