# METADATA
# title: Numbers that both engines see alike
# description: |
#   OPA counts in decimals and the embedded engine in binary, so sums of fractions differ far behind the point, and
#   `%v` writes large and small fractions in two ways. Numbers are compared and written through these functions.
package lib.number

# True when a number is at most another, apart from rounding errors.
at_most(number, limit) if number - limit <= 0.000000001

# A number that can be added and multiplied: capped at a billion, as the embedded engine stops at very large numbers.
within_reason(number) := min([number, 1000000000])

# A number as people write it, with six decimals at most.
text(number) := concat("", [sign(number), "1000000000000000 and more"]) if {
	is_number(number)
	abs(number) > 1000000000000000
} else := sprintf("%v", [round(number)]) if {
	is_number(number)
	is_whole(number)
} else := concat("", [sign(number), integer(digits(number)), decimals(digits(number))]) if {
	is_number(number)
} else := sprintf("%v", [number])

is_whole(number) if round(number) == number

is_whole(number) if abs(number) > 1000000000

sign(number) := "-" if {
	number < 0
} else := ""

# At least seven digits; the last six are decimals.
digits(number) := sprintf("%s%v", [substring("0000000", 0, 7 - min([7, count(plain)])), plain]) if {
	plain := sprintf("%v", [round(abs(number) * 1000000)])
}

integer(all) := substring(all, 0, count(all) - 6)

decimals(all) := trim_right(concat("", [".", trim_right(substring(all, count(all) - 6, 6), "0")]), ".")
