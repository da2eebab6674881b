# METADATA
# title: Freezes that a change lifts
package lib.freezes

# The windows that are not over yet and that no window of the document covers any more.
lifted(before, after, now) := {window |
	some window in object.get(before, "freeze", [])
	not is_kept(window, object.get(after, "freeze", []), now)
}

message(window) := sprintf("the freeze from %v to %v is lifted before it is over: %v", [window.from, window.to, window.reason])

is_kept(window, _, now) if nanoseconds(window.to) <= now

is_kept(window, windows, _) if {
	some other in windows
	other.from == window.from
	other.to == window.to
}

# A window may also be replaced by one that covers the rest of it.
is_kept(window, windows, now) if {
	some other in windows
	nanoseconds(window.to) <= nanoseconds(other.to)
	nanoseconds(other.from) <= max({nanoseconds(window.from), now})
}

# Undefined for a time that does not fit into nanoseconds, as parsing that raises an error.
nanoseconds(text) := time.parse_rfc3339_ns(text) if regex.match(`^(19[7-9]|20[0-9]|21[0-9])[0-9]-`, text)
