# METADATA
# title: Columns with personal data
# description: |
#   For a data set whose file is in this repository, `table.found` says for each column how many cells look like e-mail
#   addresses (`email`), payment cards (`card`), social-security numbers (`ssn`), bank accounts (`iban`), telephone
#   numbers (`phone`) or numbers of a health service (`health`); columns without any are left out. `table.suspected` says
#   the same of columns that may as well hold something else. For other data sets `table.here` is false.
# custom:
#   kinds: [dataset]
#   asks: state
#   reads: [document, table]
package platform.pii_columns

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A column that holds personal data is classified pii
# description: |
#   The cells decide, not the name: one address in a column of free text is enough for a leak, as is one number with the
#   check digits of a card or a bank account. A column of plain numbers has to hold mostly cards, and of telephone numbers
#   mostly these: some barcodes have the check digit of a card by chance. The mailbox of an office (support@example.com)
#   is nobody's. Only data in this repository is scanned; for data elsewhere its owner is responsible.
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

looks := {
	"email": "e-mail addresses", "card": "payment cards", "ssn": "social-security numbers",
	"iban": "bank accounts", "phone": "telephone numbers", "health": "numbers of a health service",
}

classified(column) := sprintf("is classified %v", [classification]) if {
	classification := input.document.columns[column].classification
} else := "has no classification"

# METADATA
# title: A column named after personal data is classified pii
# description: |
#   Data outside this repository cannot be scanned, but its columns have names and types. Whole words are compared, in
#   snake_case and camelCase and in several languages: email, phone, ssn, birth date, passport, IBAN, first and last name,
#   address and the like. Of a column of numbers only words for numbers count, and of yes and no none does. What only
#   describes such a thing is ordinary: phone_model, email_opt_in, emails_sent, street_width_m.
# custom:
#   id: pii-column-name
#   severity: error
#   soc2: [CC6.1, C1.1, P4.1]
#   fix: Classify the column pii; where the name only sounds personal, rename it or ask for a waiver.
#   passes: "student_email: {type: string, classification: pii}"
#   fails: "student_email: {type: string, classification: internal}"
#   waivable: true
satisfied contains "pii-column-name" if {
	is_object(input.document.columns)
	not sounds(all_names, texts)
}

satisfied contains "pii-column-name" if {
	is_object(input.document.columns)
	count(named_columns) == 0
}

deny contains {
	"rule": "pii-column-name",
	"message": sprintf("column %s is named after personal data and %s", [name, classified(name)]),
	"at": ["columns", name, "classification"],
} if {
	not "pii-column-name" in satisfied
	some name in named_columns
}

# METADATA
# title: A column that may hold personal data is classified pii, or says why it holds none
# description: |
#   A name such as gender, ip or postcode, or a few cells that look like telephone numbers or cards, may be ordinary. Its
#   owner knows, and says so once, where reviewers see it.
# custom:
#   id: pii-suspected
#   severity: warning
#   soc2: [CC6.1, C1.1, P4.1]
#   fix: "Classify the column pii, or say in the document why it is none: notPersonal: the addresses are those of servers."
#   passes: "ip: {type: string, classification: internal, notPersonal: the addresses are those of our own servers}"
#   fails: "ip: {type: string, classification: internal}"
satisfied contains "pii-suspected" if {
	is_object(input.document.columns)
	not sounds(all_names, weak)
	count(object.get(input.table, "suspected", {})) == 0
}

satisfied contains "pii-suspected" if {
	is_object(input.document.columns)
	count(weakly_named) == 0
	count(suspected_by_cells) == 0
}

deny contains {
	"rule": "pii-suspected",
	"message": sprintf("column %s may hold personal data by its name and %s", [name, classified(name)]),
	"at": ["columns", name],
} if {
	not "pii-suspected" in satisfied
	some name in weakly_named
}

deny contains {
	"rule": "pii-suspected",
	"message": sprintf("column %s may hold %s and %s", [name, looks_like(input.table.suspected[name]), classified(name)]),
	"at": ["columns", name],
} if {
	not "pii-suspected" in satisfied
	some name in suspected_by_cells
}

named_columns contains name if {
	some name, column in input.document.columns
	not is_declared(name)
	sounds(name, words_of[object.get(column, "type", "string")])
	not is_ordinary(name)
}

weakly_named contains name if {
	some name, column in input.document.columns
	is_unanswered(name, column)
	object.get(column, "type", "string") in {"string", "integer", "float", "binary"}
	sounds(name, weak)
	not is_ordinary(name)
}

suspected_by_cells contains name if {
	some name, column in input.document.columns
	is_unanswered(name, column)
	object.get(input.table, ["suspected", name], null) != null
}

is_unanswered(name, column) if {
	not is_declared(name)
	not data.lib.text.is_given(object.get(column, "notPersonal", null))
}

all_names := concat("_._", object.keys(input.document.columns))

# The words that count in a column of each type.
words_of := {
	"string": texts, "binary": texts, "integer": numbers, "float": numbers, "timestamp": births, "boolean": {},
}

# True when one of the words is in names joined by `_._`. One replacement checks all of them: the embedded engine takes
# a thousand times as long to compile a regular expression of the words.
sounds(names, words) if {
	text := in_words(names)
	strings.replace_n(words, text) != text
}

# True when a name is that of a property: its last words say which, or its first that it is a number or yes and no.
is_ordinary(name) if {
	text := in_words(name)
	strings.replace_n(properties, text) != text
}

in_words(names) := concat("", [
	"._", strings.replace_n(apart, names), "_._._", lower(strings.replace_n(digits, names)), "_.",
])

digits := {
	"0": "_", "1": "_", "2": "_", "3": "_", "4": "_", "5": "_", "6": "_", "7": "_", "8": "_", "9": "_",
	" ": "_", ".": "_", "-": "_", "/": "_", "(": "_", ")": "_",
}

# `studentEmail2` becomes `student_email_`. This splits names in capitals into letters, so lower case is searched too.
apart := {
	"0": "_", "1": "_", "2": "_", "3": "_", "4": "_", "5": "_", "6": "_", "7": "_", "8": "_", "9": "_",
	" ": "_", ".": "_", "-": "_", "/": "_", "(": "_", ")": "_",
	"A": "_a", "B": "_b", "C": "_c", "D": "_d", "E": "_e", "F": "_f", "G": "_g", "H": "_h", "I": "_i", "J": "_j",
	"K": "_k", "L": "_l", "M": "_m", "N": "_n", "O": "_o", "P": "_p", "Q": "_q", "R": "_r", "S": "_s", "T": "_t",
	"U": "_u", "V": "_v", "W": "_w", "X": "_x", "Y": "_y", "Z": "_z",
}

texts := {
	"_aadhaar_": "", "_account_iban_": "", "_achternaam_": "", "_addr_": "", "_address_": "", "_addresses_": "",
	"_adres_": "", "_adresse_": "", "_adressen_": "", "_ahv_nummer_": "", "_ahvnummer_": "", "_anschrift_": "",
	"_apellido_": "", "_apellidos_": "", "_ausweisnummer_": "", "_bank_account_": "", "_bank_account_number_": "",
	"_bankaccount_": "", "_birth_": "", "_birthdate_": "", "_birthdates_": "", "_birthday_": "", "_birthdays_": "",
	"_birthplace_": "", "_birthyear_": "", "_bsn_": "", "_calle_": "", "_card_no_": "", "_card_number_": "",
	"_card_numbers_": "", "_cardnumber_": "", "_cell_number_": "", "_cellphone_": "", "_cellulare_": "",
	"_celular_": "", "_codice_fiscale_": "", "_cognome_": "", "_contact_name_": "", "_correio_eletronico_": "",
	"_correo_": "", "_correo_electronico_": "", "_courriel_": "", "_courriels_": "", "_cpf_": "", "_credit_card_": "",
	"_credit_cards_": "", "_creditcard_": "", "_creditcardnumber_": "", "_curp_": "", "_customer_name_": "",
	"_customername_": "", "_d_o_b_": "", "_data_di_nascita_": "", "_data_urodzenia_": "", "_date_naissance_": "",
	"_debit_card_": "", "_debitcard_": "", "_dni_": "", "_dob_": "", "_dobs_": "", "_domicilio_": "",
	"_driver_licence_": "", "_driver_license_": "", "_drivers_licence_": "", "_drivers_license_": "",
	"_driving_licence_": "", "_driving_license_": "", "_e_m_a_i_l_": "", "_e_mail_": "", "_e_mailadres_": "",
	"_e_mails_": "", "_e_post_": "", "_efternamn_": "", "_email_": "", "_emailaddress_": "", "_emailaddresses_": "",
	"_emailadres_": "", "_emailadresse_": "", "_emails_": "", "_employee_name_": "", "_endereco_": "", "_epost_": "",
	"_etternavn_": "", "_familienname_": "", "_family_name_": "", "_familyname_": "", "_fax_": "", "_faxes_": "",
	"_faxnumber_": "", "_fecha_de_nacimiento_": "", "_fecha_nacimiento_": "", "_first_name_": "", "_first_names_": "",
	"_firstname_": "", "_fodelsedatum_": "", "_fodselsdato_": "", "_forename_": "", "_forenames_": "", "_fornamn_": "",
	"_fornavn_": "", "_full_name_": "", "_full_names_": "", "_fullname_": "", "_geboortedatum_": "",
	"_geburtsdatum_": "", "_geburtsjahr_": "", "_geburtsort_": "", "_geburtstag_": "", "_given_name_": "",
	"_givenname_": "", "_handynummer_": "", "_health_insurance_": "", "_homephone_": "", "_i_b_a_n_": "", "_iban_": "",
	"_ibans_": "", "_imie_": "", "_indirizzo_": "", "_kontonummer_": "", "_last_name_": "", "_last_names_": "",
	"_lastname_": "", "_maiden_name_": "", "_maidenname_": "", "_mail_addr_": "", "_mail_address_": "",
	"_mailaddress_": "", "_mailadresse_": "", "_medical_record_no_": "", "_medical_record_number_": "",
	"_medicalrecordnumber_": "", "_middle_name_": "", "_middlename_": "", "_mobile_no_": "", "_mobile_number_": "",
	"_mobile_numbers_": "", "_mobilenumber_": "", "_mobilephone_": "", "_mobilnummer_": "", "_movil_": "", "_mrn_": "",
	"_mrns_": "", "_msisdn_": "", "_nachname_": "", "_nachnamen_": "", "_nacimiento_": "", "_naissance_": "",
	"_nascimento_": "", "_nascita_": "", "_national_id_": "", "_national_id_number_": "", "_national_insurance_": "",
	"_nationalid_": "", "_nazwisko_": "", "_nhs_": "", "_nhs_no_": "", "_nhs_number_": "", "_nhsnumber_": "",
	"_nino_": "", "_nom_de_famille_": "", "_nom_famille_": "", "_nombre_completo_": "", "_nome_completo_": "",
	"_parent_name_": "", "_pasaporte_": "", "_passaporto_": "", "_passeport_": "", "_passport_": "",
	"_passportnumber_": "", "_passports_": "", "_patient_name_": "", "_patientname_": "", "_payment_card_": "",
	"_paymentcard_": "", "_person_name_": "", "_personalausweis_": "", "_personnummer_": "", "_pesel_": "",
	"_phone_": "", "_phone_number_": "", "_phonenumber_": "", "_phonenumbers_": "", "_phones_": "",
	"_posta_elettronica_": "", "_prenom_": "", "_prenoms_": "", "_puhelin_": "", "_reisepass_": "", "_rufnummer_": "",
	"_s_s_n_": "", "_sahkoposti_": "", "_sobrenome_": "", "_social_security_": "", "_socialsecurity_": "",
	"_socialsecuritynumber_": "", "_sozialversicherungsnummer_": "", "_ssn_": "", "_ssns_": "", "_steuer_id_": "",
	"_steuernummer_": "", "_strasse_": "", "_street_": "", "_streets_": "", "_student_name_": "", "_studentname_": "",
	"_surname_": "", "_surnames_": "", "_svnr_": "", "_tax_id_": "", "_taxpayer_id_": "", "_teacher_name_": "",
	"_telefon_": "", "_telefone_": "", "_telefonnr_": "", "_telefonnummer_": "", "_telefono_": "", "_telefoon_": "",
	"_telephone_": "", "_telephone_number_": "", "_telephones_": "", "_telnr_": "", "_user_name_": "",
	"_username_": "", "_voornaam_": "", "_vorname_": "", "_vornamen_": "", "_wohnadresse_": "", "_workphone_": "",
}

numbers := {
	"_aadhaar_": "", "_account_iban_": "", "_ahv_nummer_": "", "_ahvnummer_": "", "_ausweisnummer_": "",
	"_bank_account_": "", "_bank_account_number_": "", "_bankaccount_": "", "_birth_": "", "_birthdate_": "",
	"_birthdates_": "", "_birthday_": "", "_birthdays_": "", "_birthyear_": "", "_bsn_": "", "_card_no_": "",
	"_card_number_": "", "_card_numbers_": "", "_cardnumber_": "", "_cell_number_": "", "_cellphone_": "",
	"_cellulare_": "", "_celular_": "", "_cpf_": "", "_credit_card_": "", "_credit_cards_": "", "_creditcard_": "",
	"_creditcardnumber_": "", "_curp_": "", "_d_o_b_": "", "_data_di_nascita_": "", "_data_urodzenia_": "",
	"_date_naissance_": "", "_debit_card_": "", "_debitcard_": "", "_dni_": "", "_dob_": "", "_dobs_": "",
	"_driver_licence_": "", "_driver_license_": "", "_drivers_licence_": "", "_drivers_license_": "",
	"_driving_licence_": "", "_driving_license_": "", "_fax_": "", "_faxes_": "", "_faxnumber_": "",
	"_fecha_de_nacimiento_": "", "_fecha_nacimiento_": "", "_fodelsedatum_": "", "_fodselsdato_": "",
	"_geboortedatum_": "", "_geburtsdatum_": "", "_geburtsjahr_": "", "_geburtstag_": "", "_handynummer_": "",
	"_health_insurance_": "", "_homephone_": "", "_kontonummer_": "", "_medical_record_no_": "",
	"_medical_record_number_": "", "_medicalrecordnumber_": "", "_mobile_no_": "", "_mobile_number_": "",
	"_mobile_numbers_": "", "_mobilenumber_": "", "_mobilephone_": "", "_mobilnummer_": "", "_movil_": "", "_mrn_": "",
	"_mrns_": "", "_msisdn_": "", "_nacimiento_": "", "_naissance_": "", "_nascimento_": "", "_nascita_": "",
	"_national_id_": "", "_national_id_number_": "", "_national_insurance_": "", "_nationalid_": "", "_nhs_": "",
	"_nhs_no_": "", "_nhs_number_": "", "_nhsnumber_": "", "_nino_": "", "_passport_": "", "_passportnumber_": "",
	"_passports_": "", "_payment_card_": "", "_paymentcard_": "", "_personnummer_": "", "_pesel_": "", "_phone_": "",
	"_phone_number_": "", "_phonenumber_": "", "_phonenumbers_": "", "_phones_": "", "_puhelin_": "",
	"_rufnummer_": "", "_s_s_n_": "", "_social_security_": "", "_socialsecurity_": "", "_socialsecuritynumber_": "",
	"_sozialversicherungsnummer_": "", "_ssn_": "", "_ssns_": "", "_steuer_id_": "", "_steuernummer_": "",
	"_svnr_": "", "_tax_id_": "", "_taxpayer_id_": "", "_telefon_": "", "_telefone_": "", "_telefonnr_": "",
	"_telefonnummer_": "", "_telefono_": "", "_telefoon_": "", "_telephone_": "", "_telephone_number_": "",
	"_telephones_": "", "_telnr_": "", "_workphone_": "",
}

births := {
	"_birth_": "", "_birthdate_": "", "_birthdates_": "", "_birthday_": "", "_birthdays_": "", "_birthyear_": "",
	"_d_o_b_": "", "_data_di_nascita_": "", "_data_urodzenia_": "", "_date_naissance_": "", "_dob_": "", "_dobs_": "",
	"_fecha_de_nacimiento_": "", "_fecha_nacimiento_": "", "_fodelsedatum_": "", "_fodselsdato_": "",
	"_geboortedatum_": "", "_geburtsdatum_": "", "_geburtsjahr_": "", "_geburtstag_": "", "_nacimiento_": "",
	"_naissance_": "", "_nascimento_": "", "_nascita_": "",
}

weak := {
	"_cookie_id_": "", "_device_id_": "", "_direccion_": "", "_disability_": "", "_ethnicity_": "", "_gender_": "",
	"_genders_": "", "_genero_": "", "_geschlecht_": "", "_imei_": "", "_ip_": "", "_ipaddress_": "", "_ips_": "",
	"_ipv4_": "", "_ipv6_": "", "_konfession_": "", "_lat_": "", "_latitude_": "", "_lng_": "", "_lon_": "",
	"_longitude_": "", "_marital_status_": "", "_nationality_": "", "_nickname_": "", "_nombre_": "", "_nome_": "",
	"_plz_": "", "_postal_code_": "", "_postcode_": "", "_pregnancy_": "", "_race_": "", "_religion_": "",
	"_religione_": "", "_religions_": "", "_salary_": "", "_sex_": "", "_sexe_": "", "_sexo_": "",
	"_sexual_orientation_": "", "_zip_": "", "_zip_code_": "", "_zipcode_": "",
}

# `email_opt_in` ends in what is asked of the address, and `is_phone_verified` begins with a question.
properties := {
	"._can_": "", "._count_of_": "", "._has_": "", "._is_": "", "._n_": "", "._num_": "", "._number_of_": "",
	"._share_of_": "", "._total_": "", "._was_": "", "_area_.": "", "_area_cm_.": "", "_area_eur_.": "",
	"_area_g_.": "", "_area_kg_.": "", "_area_km_.": "", "_area_m_.": "", "_area_m__.": "", "_area_mm_.": "",
	"_area_ms_.": "", "_area_pct_.": "", "_area_px_.": "", "_area_s_.": "", "_area_usd_.": "", "_average_.": "",
	"_avg_.": "", "_bounced_.": "", "_brand_.": "", "_bucket_.": "", "_bytes_.": "", "_campaign_.": "",
	"_campaigns_.": "", "_carrier_.": "", "_charset_.": "", "_clicked_.": "", "_clicks_.": "", "_color_.": "",
	"_colour_.": "", "_consent_.": "", "_consented_.": "", "_count_.": "", "_country_.": "", "_counts_.": "",
	"_depth_.": "", "_depth_cm_.": "", "_depth_eur_.": "", "_depth_g_.": "", "_depth_kg_.": "", "_depth_km_.": "",
	"_depth_m_.": "", "_depth_m__.": "", "_depth_mm_.": "", "_depth_ms_.": "", "_depth_pct_.": "", "_depth_px_.": "",
	"_depth_s_.": "", "_depth_usd_.": "", "_disabled_.": "", "_enabled_.": "", "_flag_.": "", "_format_.": "",
	"_frequency_.": "", "_height_.": "", "_height_cm_.": "", "_height_eur_.": "", "_height_g_.": "",
	"_height_kg_.": "", "_height_km_.": "", "_height_m_.": "", "_height_m__.": "", "_height_mm_.": "",
	"_height_ms_.": "", "_height_pct_.": "", "_height_px_.": "", "_height_s_.": "", "_height_usd_.": "",
	"_index_.": "", "_interval_.": "", "_kind_.": "", "_lanes_.": "", "_language_.": "", "_length_.": "",
	"_length_cm_.": "", "_length_eur_.": "", "_length_g_.": "", "_length_kg_.": "", "_length_km_.": "",
	"_length_m_.": "", "_length_m__.": "", "_length_mm_.": "", "_length_ms_.": "", "_length_pct_.": "",
	"_length_px_.": "", "_length_s_.": "", "_length_usd_.": "", "_level_.": "", "_lights_.": "", "_make_.": "",
	"_max_.": "", "_mean_.": "", "_median_.": "", "_min_.": "", "_model_.": "", "_models_.": "", "_network_.": "",
	"_opened_.": "", "_opens_.": "", "_opt_in_.": "", "_opt_out_.": "", "_opted_in_.": "", "_opted_out_.": "",
	"_optin_.": "", "_optout_.": "", "_os_.": "", "_pct_.": "", "_percent_.": "", "_percentage_.": "", "_plan_.": "",
	"_port_.": "", "_prefix_length_.": "", "_protocol_.": "", "_provider_.": "", "_quality_.": "", "_rate_.": "",
	"_rates_.": "", "_ratio_.": "", "_region_.": "", "_replies_.": "", "_score_.": "", "_sent_.": "", "_share_.": "",
	"_size_.": "", "_size_cm_.": "", "_size_eur_.": "", "_size_g_.": "", "_size_kg_.": "", "_size_km_.": "",
	"_size_m_.": "", "_size_m__.": "", "_size_mm_.": "", "_size_ms_.": "", "_size_pct_.": "", "_size_px_.": "",
	"_size_s_.": "", "_size_usd_.": "", "_slot_.": "", "_slots_.": "", "_status_.": "", "_stdev_.": "", "_sum_.": "",
	"_supported_.": "", "_surface_.": "", "_template_.": "", "_templates_.": "", "_tier_.": "", "_tiles_.": "",
	"_total_.": "", "_totals_.": "", "_type_.": "", "_types_.": "", "_valid_.": "", "_validated_.": "",
	"_vendor_.": "", "_verified_.": "", "_version_.": "", "_versions_.": "", "_views_.": "", "_weight_.": "",
	"_weight_cm_.": "", "_weight_eur_.": "", "_weight_g_.": "", "_weight_kg_.": "", "_weight_km_.": "",
	"_weight_m_.": "", "_weight_m__.": "", "_weight_mm_.": "", "_weight_ms_.": "", "_weight_pct_.": "",
	"_weight_px_.": "", "_weight_s_.": "", "_weight_usd_.": "", "_width_.": "", "_width_cm_.": "", "_width_eur_.": "",
	"_width_g_.": "", "_width_kg_.": "", "_width_km_.": "", "_width_m_.": "", "_width_m__.": "", "_width_mm_.": "",
	"_width_ms_.": "", "_width_pct_.": "", "_width_px_.": "", "_width_s_.": "", "_width_usd_.": "",
}
