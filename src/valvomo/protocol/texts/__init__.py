"""The words of the server: one JSON file per language with the same keys and the same placeholders.

`problem` explains refusals, `told` speaks to the customer, `notice` and `timeline` to the staff, `purpose`
holds what people acknowledge. The other sections are vocabulary: what a code such as `wrap_up` is called
inside a sentence, hence in lower case (`right` and `act` are names, hence capitalized). `unknown` stands
where a fact is missing. The web console imports the same files, so that a disabled button and a refused
request say the same.
"""
