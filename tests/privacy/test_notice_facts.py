"""Every fact of the former notice stands in this one, corrected where its review list says so.

Names, places, numbers, dates, laws and terms, in the order in which the former notice gave
them. Its sentences are not kept: the text is this site's own.
"""

import pytest
from bs4 import BeautifulSoup

from privacy.models import PrivacyNoticePage

pytestmark = pytest.mark.django_db

FACTS = """
Your personal information
Who we are and what we do
NHS Portsmouth Clinical Commissioning Group (CCG)
emergency hospital care
community care
primary medical care (GP) services
highest quality
patients' concerns
commissioning
About Us
Using your information
effectively, efficiently and safely
secure (confidential)
what rights you have
What kind of information do we use?
not routinely hold your medical records
your name
your address
your date of birth
your contact details
your NHS number
all of your health records
only where the law allowed it
Personal Data
identified or identifiable natural person
data subject
directly or indirectly
a name
an identification number
location data
an online identifier
physical, physiological, genetic, mental, economic, cultural or social
Special Categories of Personal Data
racial or ethnic origin
political opinions
religious or philosophical beliefs
trade union membership
genetic data
biometric data
uniquely identify
data about health
sex life
sexual orientation
Confidential Patient Information
what a patient tells a clinician
given in confidence
owed a duty of confidence
Confidentiality: NHS Code of Practice
Department of Health guidance
2003
Pseudonymised
unique identifier
real world
Anonymised
combining it with other data
Aggregated
general trends or values
What do we use your personal confidential data for?
limited exceptions
the law required the CCG to perform certain services
queries, compliments or concerns
assess and evaluate safeguarding concerns
under specific conditions
what local people need
Risk Stratification for commissioning
direct healthcare
carers
Member of Parliament
informed agreement
(consent)
the public interest was overriding
prevent a serious crime
formal order of a court
What do we use non-identifiable data for?
quality and efficiency of the services
how those services performed
illnesses people may have in future
plan and prioritise services
highest standard
Do we share your information with other organisations?
anonymised statistical information
improving local services
research
audit
public health
health conditions spread
European Economic Area (EEA)
fair and lawful basis
given us permission
protect children and vulnerable adults
a court had served a formal order on us
fraud
emergency planning
health and safety of others
Secretary of State
Health Research Authority
Confidentiality Advisory Group
without explicit consent
formerly the Health and Social Care Information Centre
design and procure
How we process information within the CCG
stringent measures
monitor how the NHS performs
primary care data from your doctor (GP)
hospital inpatient stays
outpatient appointments
A&E attendances
Secondary Uses Service (SUS)
radiology, physiotherapy and audiology
mental health clinics
district nursing and podiatry
no access to identifiable data
Data Processors
security arrangements
What safeguards are in place to ensure data that identifies you is secure?
Data Protection legislation
legitimate basis
fair and lawful
common law duty of confidence
NHS Care Record Guarantee
NHS Constitution
NHS Digital Code of Practice on Confidential Information
training on this every year
disciplinary procedures
secure locations
authorised personnel
laptops
encryption
Caldicott Guardian
Dr Elizabeth Fellows
pccg.enquiries@nhs.net
Senior Information Risk Owner (SIRO)
Michelle Spandley
Chief Finance Officer
Data Protection Officer (DPO)
Data Protection Impact Assessments (DPIAs)
supervisory authority
pccg.DPO@nhs.net
023 9289 9500
data controller
Z3610968
How long do we hold information for?
approved and secure confidential waste procedures
commercially sensitive information
retention schedules
information asset registers
Records Management Code of Practice for Health and Social Care 2016
Your right to opt out of data sharing and processing
only for your own care and treatment
objections considered
withdraw consent
overriding legal obligation
Type 1
National data opt-out
25 May 2018
research or planning
National Data Guardian's Review of Data Security, Consent and Opt-Outs
2020
Public Health England
September 2018
type 2
11 October 2018
aged 13 or over
leaflet
invoice validation
CAG 7-07(a-c)/2013
end of September 2020
no opt-out would apply to invoice validation
lack of evidence of public concern
usually the NHS number
the correct amount
Gaining access to the data we hold about you
your GP practice
Right of Access
General Data Protection Regulation
correct (rectify)
no longer accurate
erase
portable
stop processing
need not say why
may be withheld
CCG Headquarters
4th Floor
1 Guildhall Square
PO1 2GJ
What is the right to know?
Freedom of Information Act 2000 (FOIA)
openness and accountability
exemption
in writing
ccgfoi@portsmouthcc.gov.uk
023 9268 8482
Corporate Information Governance Officer
Customer, Community & Democratic Service
Civic Offices
PO1 2AL
Information Commissioner's Office
Wycliffe House
Water Lane
Wilmslow
Cheshire
SK9 5AF
0303 123 1113
local rate
01625 545 745
casework@ico.org.uk
Complaints or questions
unfair
misleading
inappropriate
portsmouthccgcomplaints@portsmouthcc.gov.uk
023 9283 4456
Corporate Complaints Team
Guildhall Square
PO1 2BG
Links to other websites
outside this privacy notice
Changes to this privacy notice
regular review
October 2020
5 October 2021
5 October 2022
Appendix A
asked for our help or involvement
explicit consent
Portsmouth City Council
Individual Funding Requests
specific treatment
particular condition
NHS South, Central and West Commissioning Support Unit (CSU)
Continuing Healthcare
package of care
complex medical needs
Mental Capacity Act 2005
best interest decision
Invoice Reconciliation
retrospective financial reconciliation
Controlled Environment for Finance
section 251
NHS Act 2006
Regulation 7
Health Service (Control of Patient Information) Regulations 2002
Liaison Financial Services Ltd
joint contract
Safeguarding
statutory basis
We do this ourselves
unplanned hospital admission
Anonymisation Code of Practice
targeted preventative support
risk scores
SCW
Cerner
Optum
Portsmouth area
Benefits
long-term conditions
avoidable admissions
Chronic Obstructive Pulmonary Disease
add a code to your records
Article 6(1)(e)
Article 9(2)(h)
CAG 7-04(a)/2013
end of September 2022
sets aside the duty of confidentiality
Invoice Processing
NHS Shared Business Services (SBS)
Patient and Public Involvement
engagement and consultation activities
patient participation groups
Quality monitoring, concerns and serious incidents
safe, effective and of excellent quality
without telling us who you are
Health and Social Care Act 2012, Part 1, Section 26
continuous improvement
NHS Fareham and Gosport
NHS South Eastern Hampshire
NHS Improvement
Care Quality Commission
NHS England
Commissioning, planning and contract monitoring
joint contracts
Data Sharing contract
digital.nhs.uk/datasets
Integrated Commissioning (Personalised care)
Integrated Commissioning Unit (ICU)
whole life pathways
wider determinants of health and wellbeing
Section 75
partnership arrangements
jointly
Commissioning Support
IT equipment
IT network
contracting
data analysis
information governance support
Surveys and asking for your feedback
no obligation to take part
SurveyMonkey
Data Processing Agreement
National Registries
Learning Disabilities Register
informed consent
Research
Independent Group Advising on the Release of Data (IGARD)
Other organisations who provide support services for us
in the vicinity
contracting support
London Providers
TIAA
internal audit services
facilities and building services
shared a building
collection of our post
"""

# What the former notice printed wrongly, and what was lost in it.
SLIPS = """
023 928 9500
Mental Health Act 2005
https//
invoicevalidation
integratedcommissioning
(CAG 7-07)
(CAG 7-04)
Art. 6(1) (e)
formally the Health
Secondary Use Service
click here
this link
opt- outs
OptOuts
GP's
entered into to
visits the complaints
must make the request in writing
05 Oct
Information Commissioners Office
"""


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


@pytest.fixture
def words(client) -> str:
    """Return what a reader of the notice can read, in small letters."""
    notice = PrivacyNoticePage.objects.get()
    main = BeautifulSoup(client.get(notice.url).content, "html.parser").main
    return " ".join(main.get_text(" ").split()).lower().replace(" ,", ",").replace(" .", ".")


def test_the_list_of_facts_is_long() -> None:
    assert len(set(lines(FACTS))) >= 300


def test_every_fact_is_there(words: str) -> None:
    assert [fact for fact in lines(FACTS) if fact.lower() not in words] == []


def test_no_slip_is_there(words: str) -> None:
    assert [slip for slip in lines(SLIPS) if slip.lower() in words] == []


def test_questions_to_the_controller_are_never_shown(words: str) -> None:
    assert "question for the controller" not in words
    assert "corrected:" not in words
