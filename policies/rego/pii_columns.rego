# METADATA
# title: Columns with personal data
# description: |
#   For a data set whose file is in this repository, `table.found` says for each column how many cells look like e-mail
#   addresses (`email`), payment cards (`card`) or social-security numbers (`ssn`); columns without any are left out.
#   For other data sets `table.here` is false.
# custom:
#   kinds: [dataset]
#   asks: state
#   reads: [document, table]
package platform.pii_columns

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A column that holds personal data is classified pii
# description: |
#   The cells decide, not the name: one address in a column of free text is enough for a leak. Only data in this
#   repository is scanned; for data elsewhere its owner is responsible for the classification.
# custom:
#   id: pii-undeclared
#   severity: error
#   soc2: [CC6.1, C1.1, P4.1]
#   fix: Classify the column pii, or take the personal data out of the file; numbers that only look like it need a waiver.
#   passes: "email: {type: string, classification: pii} where the file holds e-mail addresses in column email"
#   fails: "notes: {type: string, classification: internal} where the file holds e-mail addresses in column notes"
#   waivable: true
satisfied contains "pii-undeclared" if input.table.here == false

satisfied contains "pii-undeclared" if {
	input.table.here == true
	every column, _ in input.table.found {
		is_declared(column)
	}
}

deny contains {
	"rule": "pii-undeclared",
	"message": sprintf("column %s holds what looks like %s and %s", [
		column,
		looks_like(counts),
		classified(column),
	]),
	"at": ["columns", column, "classification"],
} if {
	not "pii-undeclared" in satisfied
	some column, counts in input.table.found
	not is_declared(column)
}

is_declared(column) if input.document.columns[column].classification == "pii"

looks_like(counts) := concat(" and ", sort([sprintf("%s (%v)", [words, amount]) |
	some look, amount in counts
	words := object.get(looks, [look], "personal data")
]))

looks := {"email": "e-mail addresses", "card": "payment cards", "ssn": "social-security numbers"}

classified(column) := sprintf("is classified %v", [classification]) if {
	classification := input.document.columns[column].classification
} else := "has no classification"

# METADATA
# title: A column named after personal data is classified pii
# description: |
#   Data outside this repository cannot be scanned, but its columns have names. Whole words are compared, in
#   snake_case and camelCase: email, phone, ssn, birth date, passport, IBAN, first and last name, address and the like.
# custom:
#   id: pii-column-name
#   severity: error
#   soc2: [CC6.1, C1.1, P4.1]
#   fix: Classify the column pii; where the name only sounds personal, rename it or ask for a waiver.
#   passes: "student_email: {type: string, classification: pii}"
#   fails: "student_email: {type: string, classification: internal}"
#   waivable: true
satisfied contains "pii-column-name" if has_declared_names

deny contains {
	"rule": "pii-column-name",
	"message": sprintf("column %s is named after personal data and %s", [name, classified(name)]),
	"at": ["columns", name, "classification"],
} if {
	not "pii-column-name" in satisfied
	some name, column in input.document.columns
	not is_declared_or_neutral(name, column)
}

# The first body is enough for nearly all data sets; the second is for those that declare their personal columns.
has_declared_names if {
	names := concat("_._", object.keys(input.document.columns))
	not sounds_personal(names)
} else if {
	is_object(input.document.columns)
	names := [name |
		some name, column in input.document.columns
		object.get(column, "classification", "undeclared") != "pii"
	]
	not sounds_personal(concat("_._", names))
}

is_declared_or_neutral(_, column) if column.classification == "pii"

is_declared_or_neutral(name, _) if not sounds_personal(name)

# True when one of the words is in names joined by `_._`. One replacement checks all of them: the embedded engine takes
# a thousand times as long to compile a regular expression of the words.
sounds_personal(names) if {
	text := concat("", ["_", strings.replace_n(apart, names), "_._", lower(strings.replace_n(digits, names)), "_"])
	strings.replace_n(personal, text) != text
}

digits := {"0": "_", "1": "_", "2": "_", "3": "_", "4": "_", "5": "_", "6": "_", "7": "_", "8": "_", "9": "_"}

# `studentEmail2` becomes `student_email_`. This splits names in capitals into letters, so lower case is searched too.
apart := {
	"0": "_", "1": "_", "2": "_", "3": "_", "4": "_", "5": "_", "6": "_", "7": "_", "8": "_", "9": "_",
	"A": "_a", "B": "_b", "C": "_c", "D": "_d", "E": "_e", "F": "_f", "G": "_g", "H": "_h", "I": "_i", "J": "_j",
	"K": "_k", "L": "_l", "M": "_m", "N": "_n", "O": "_o", "P": "_p", "Q": "_q", "R": "_r", "S": "_s", "T": "_t",
	"U": "_u", "V": "_v", "W": "_w", "X": "_x", "Y": "_y", "Z": "_z",
}

personal := {
	"_addr_": "", "_address_": "", "_addresses_": "", "_birth_": "", "_birthdate_": "", "_birthdates_": "",
	"_birthday_": "", "_birthdays_": "", "_birthplace_": "", "_births_": "", "_birthyear_": "",
	"_card_no_": "", "_card_number_": "", "_card_numbers_": "", "_cardnumber_": "", "_cell_number_": "",
	"_cellphone_": "", "_contact_name_": "", "_credit_card_": "", "_credit_cards_": "", "_creditcard_": "",
	"_creditcardnumber_": "", "_customer_name_": "", "_customername_": "", "_d_o_b_": "", "_debit_card_": "",
	"_debitcard_": "", "_dob_": "", "_dobs_": "", "_driver_licence_": "", "_driver_license_": "",
	"_drivers_licence_": "", "_drivers_license_": "", "_driving_licence_": "", "_driving_license_": "",
	"_e_m_a_i_l_": "", "_e_mail_": "", "_e_mails_": "", "_email_": "", "_emailaddress_": "",
	"_emailaddresses_": "", "_emails_": "", "_employee_name_": "", "_family_name_": "", "_familyname_": "",
	"_fax_": "", "_faxes_": "", "_faxnumber_": "", "_first_name_": "", "_first_names_": "", "_firstname_": "",
	"_forename_": "", "_forenames_": "", "_full_name_": "", "_full_names_": "", "_fullname_": "",
	"_given_name_": "", "_givenname_": "", "_health_insurance_": "", "_homephone_": "", "_i_b_a_n_": "",
	"_iban_": "", "_ibans_": "", "_last_name_": "", "_last_names_": "", "_lastname_": "", "_maiden_name_": "",
	"_maidenname_": "", "_mail_addr_": "", "_mail_address_": "", "_mailaddress_": "", "_middle_name_": "",
	"_middlename_": "", "_mobile_no_": "", "_mobile_number_": "", "_mobile_numbers_": "", "_mobilenumber_": "",
	"_mobilephone_": "", "_national_insurance_": "", "_nino_": "", "_parent_name_": "", "_passport_": "",
	"_passportnumber_": "", "_passports_": "", "_patient_name_": "", "_patientname_": "", "_payment_card_": "",
	"_paymentcard_": "", "_person_name_": "", "_phone_": "", "_phonenumber_": "", "_phonenumbers_": "",
	"_phones_": "", "_s_s_n_": "", "_social_security_": "", "_socialsecurity_": "",
	"_socialsecuritynumber_": "", "_ssn_": "", "_ssns_": "", "_street_": "", "_streets_": "",
	"_student_name_": "", "_studentname_": "", "_surname_": "", "_surnames_": "", "_teacher_name_": "",
	"_telephone_": "", "_telephones_": "", "_user_name_": "", "_username_": "", "_workphone_": "",
}
