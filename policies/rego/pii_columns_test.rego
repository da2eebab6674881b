package platform.pii_columns_test

import data.platform.pii_columns

elsewhere := {"here": false}

found(columns) := {"here": true, "rows": 100, "columns": ["notes"], "found": columns}

asked(columns, table) := {
	"document": {"columns": {name: {"type": "string", "classification": class} | some name, class in columns}},
	"table": table,
}

denials_in(question) := denials if {
	decision := pii_columns.decision with input as question
	denials := decision.deny
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

undeclared := {"pii-undeclared"}

named := {"pii-column-name"}

test_personal_data_that_says_so_is_allowed if {
	denied_in(asked({"notes": "pii", "score": "internal"}, found({"notes": {"email": 3}}))) == set()
}

test_a_file_without_personal_data_is_allowed if denied_in(asked({"notes": "public"}, found({}))) == set()

test_data_elsewhere_is_not_looked_at if denied_in(asked({"notes": "public"}, elsewhere)) == set()

test_personal_data_that_is_not_declared_is_denied if {
	every class in ["public", "internal", "confidential", "PII", ""] {
		denied_in(asked({"notes": class}, found({"notes": {"email": 3}}))) == undeclared
	}
}

test_a_single_cell_is_enough if denied_in(asked({"notes": "internal"}, found({"notes": {"ssn": 1}}))) == undeclared

test_a_column_that_is_not_declared_at_all_is_denied if {
	denied_in(asked({"score": "pii"}, found({"notes": {"card": 3}}))) == undeclared
	denied_in(asked({"Notes": "pii"}, found({"notes": {"card": 3}}))) == undeclared
}

test_a_column_that_is_not_declared_has_no_classification if {
	said := {denial.message | some denial in denials_in(asked({"score": "pii"}, found({"notes": {"card": 3}})))}
	said == {"column notes holds what looks like payment cards (3) and has no classification"}
}

test_another_pii_column_does_not_help if {
	denied_in(asked({"id": "pii", "notes": "internal"}, found({"id": {"ssn": 9}, "notes": {"email": 1}}))) == undeclared
}

test_the_denial_says_what_was_found_and_where if {
	denials_in(asked({"notes": "internal"}, found({"notes": {"ssn": 1, "email": 12}}))) == {{
		"rule": "pii-undeclared",
		"message": "column notes holds what looks like e-mail addresses (12) and social-security numbers (1) and is classified internal",
		"at": ["columns", "notes", "classification"],
	}}
}

test_what_was_found_under_another_heading_counts_too if {
	denied_in(asked({"notes": "internal"}, found({"notes": {"passport": 1}}))) == undeclared
}

test_without_a_look_at_the_file_nothing_is_answered if {
	decision := pii_columns.decision with input as asked({"notes": "internal"}, {})
	not "pii-undeclared" in decision.evaluated
}

test_a_look_without_findings_is_not_answered if {
	decision := pii_columns.decision with input as asked({"notes": "internal"}, {"here": true})
	not "pii-undeclared" in decision.evaluated
}

test_names_of_personal_data_that_are_pii_are_allowed if {
	denied_in(asked({"student_email": "pii", "birthDate": "pii", "score": "internal"}, elsewhere)) == set()
}

personal_names := [
	"email", "Email", "EMAIL", "student_email", "studentEmail", "studentEMail", "email_2", "email2", "e_mail",
	"eMail", "emailAddress", "mail_addr", "ssn", "SSN", "patientSSN", "SSNOfPatient", "social_security_number",
	"phone", "phone_number", "phoneNo", "home_phone", "mobile_number", "telephone", "fax", "birth", "date_of_birth",
	"birthday", "birthdate", "DateOfBirth", "dob", "passport", "passport_no", "iban", "credit_card", "creditCardNumber",
	"first_name", "firstName", "lastname", "surname", "full_name", "patient_name", "address", "street",
	"postal_address", "_email_", "drivers_license", "nino", "__email",
]

test_names_of_personal_data_are_denied if {
	every name in personal_names {
		denied_in(asked({name: "internal"}, elsewhere)) == named
	}
}

harmless_names := [
	"score", "word", "level", "pixel_0_0", "mean_radius", "blood_pressure", "cholesterol_ratio", "named_entity",
	"filename", "product_name", "name_length", "thumbnail", "female", "mailing_list_size", "rebirthing", "stillbirths",
	"addressed", "dobson_unit", "social_studies", "scorecard", "discard",
]

properties := {
	"email_opt_in": "boolean", "emailOptIn": "string", "emails_sent": "integer", "address_count": "integer",
	"phone_model": "string", "street_width_m": "float", "birth_rate": "float", "birth_rate_region": "string",
	"is_phone_verified": "string", "phone": "boolean", "fax_supported": "string", "street_view_tiles": "integer",
	"email_provider": "string", "email_verified_at": "timestamp", "births": "integer", "address": "integer",
	"ip_version": "integer", "name": "string", "gender_ratio": "float", "n_phones": "integer",
}

test_what_describes_a_personal_thing_is_ordinary if {
	every name, type in properties {
		denied_in({"document": {"columns": {name: {"type": type, "classification": "public"}}}, "table": elsewhere}) == set()
	}
}

foreign_names := [
	"telefono", "Telefonnummer", "msisdn", "geburtstag", "fecha_de_nacimiento", "date_naissance", "nhs_no", "mrn",
	"courriel_local", "correo_electronico", "vorname", "apellidos", "prenom", "anschrift", "codice_fiscale",
	"medical_record_number", "home address", "e-mail", "contact.phone", "verified_email", "dni",
]

test_names_in_other_words_and_languages_are_denied if {
	every name in foreign_names {
		denied_in(asked({name: "internal"}, elsewhere)) == named
	}
}

numbers := ["phone", "msisdn", "ssn", "birth_year", "geburtsjahr", "card_number", "nhs_number", "passport_no"]

test_numbers_of_people_are_denied_in_columns_of_numbers if {
	every name in numbers {
		every type in ["integer", "float"] {
			column := {"type": type, "classification": "internal"}
			denied_in({"document": {"columns": {name: column}}, "table": elsewhere}) == named
		}
	}
	birth := {"type": "timestamp", "classification": "internal"}
	denied_in({"document": {"columns": {"date_of_birth": birth}}, "table": elsewhere}) == named
}

suspected := {"pii-suspected"}

test_names_that_may_be_personal_are_a_warning if {
	every name in ["ip", "lat", "Longitude", "gender", "religion", "postcode", "nombre"] {
		denied_in(asked({name: "public"}, elsewhere)) == suspected
		denied_in(asked({name: "pii"}, elsewhere)) == set()
	}
}

test_why_a_column_is_not_personal_answers_the_warning_alone if {
	column := {"type": "string", "classification": "public", "notPersonal": "they are those of our servers"}
	denied_in({"document": {"columns": {"ip": column}}, "table": elsewhere}) == set()
	denied_in({"document": {"columns": {"email": column}}, "table": elsewhere}) == named
}

test_cells_that_may_be_personal_are_a_warning if {
	table := object.union(found({}), {"suspected": {"notes": {"card": 2}}})
	denials_in(asked({"notes": "internal"}, table)) == {{
		"rule": "pii-suspected",
		"message": "column notes may hold payment cards (2) and is classified internal",
		"at": ["columns", "notes"],
	}}
	denied_in(asked({"notes": "pii"}, table)) == set()
}

test_other_names_are_allowed if {
	every name in harmless_names {
		denied_in(asked({name: "internal"}, elsewhere)) == set()
	}
}

test_each_name_is_denied_at_its_place if {
	denials := denials_in(asked({"email": "public", "phone": "internal", "ssn": "pii"}, elsewhere))
	{[denial.at, denial.message] | some denial in denials} == {
		[["columns", "email", "classification"], "column email is named after personal data and is classified public"],
		[["columns", "phone", "classification"], "column phone is named after personal data and is classified internal"],
	}
}

test_a_column_without_classification_is_denied if {
	denied_in({"document": {"columns": {"email": {"type": "string"}}}, "table": elsewhere}) == named
}

test_without_columns_there_are_no_names if denied_in(asked({}, elsewhere)) == set()

test_without_a_document_no_name_is_answered if {
	decision := pii_columns.decision with input as {"table": elsewhere}
	decision.evaluated == {"pii-undeclared"}
}
