"""What an auditor is given of a period: the changes of main with all that is on record of them, and what stands out."""
