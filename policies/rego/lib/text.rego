# METADATA
# title: Text that was given
package lib.text

# Whether a value is text and says something.
is_given(value) if {
	is_string(value)
	trim_space(value) != ""
}
