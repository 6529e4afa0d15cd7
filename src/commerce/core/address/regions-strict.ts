/**
 * Where labels name the state and carriers refuse one that does not go with the postal code. A region a line: its code,
 * its names, the beginnings of its postal codes, and its neighbours, because a post office may serve both sides of a border.
 * Beginnings that two regions share stand with both.
 */
export const STRICT: Readonly<Record<string, string>> = {
  AU: `
    ACT | Australian Capital Territory | 02 26 29 | NSW
    NSW | New South Wales | 1 2 | ACT QLD SA VIC
    NT | Northern Territory | 08-09 | QLD SA WA
    QLD | Queensland | 4 9 | NSW NT SA
    SA | South Australia | 5 0872 | NSW NT QLD VIC WA
    TAS | Tasmania | 7
    VIC | Victoria | 3 8 | NSW SA
    WA | Western Australia | 6 0872 | NT SA
  `,
  CA: `
    AB | Alberta | T | BC NT SK
    BC | British Columbia | V | AB NT YT
    MB | Manitoba | R | NU ON SK
    NB | New Brunswick, Nouveau-Brunswick | E | NS QC
    NL | Newfoundland and Labrador, Newfoundland, Terre-Neuve-et-Labrador | A | QC
    NS | Nova Scotia, Nouvelle-Écosse | B | NB
    NT | Northwest Territories, Territoires du Nord-Ouest | X | AB BC NU SK YT
    NU | Nunavut | X | MB NT
    ON | Ontario | K L M N P | MB QC
    PE | Prince Edward Island, Île-du-Prince-Édouard | C
    QC | Quebec | G H J K1A | NB NL ON
    SK | Saskatchewan | S | AB MB NT
    YT | Yukon, Yukon Territory | Y | BC NT
  `,
  US: `
    AL | Alabama | 350-369 | FL GA MS TN
    AK | Alaska | 995-999
    AZ | Arizona | 850-865 | CA CO NV NM UT
    AR | Arkansas | 716-729 | LA MS MO OK TN TX
    CA | California | 900-961 | AZ NV OR
    CO | Colorado | 800-816 | AZ KS NE NM OK UT WY
    CT | Connecticut | 060-069 | MA NY RI
    DE | Delaware | 197-199 | MD NJ PA
    DC | District of Columbia, Washington DC | 200 202-205 569 | MD VA
    FL | Florida | 320-339 341-349 | AL GA
    GA | Georgia | 300-319 398-399 | AL FL NC SC TN
    HI | Hawaii | 968 9670-9678 96790-96798
    ID | Idaho | 832-838 | MT NV OR UT WA WY
    IL | Illinois | 600-629 | IN IA KY MO WI
    IN | Indiana | 460-479 | IL KY MI OH
    IA | Iowa | 500-528 | IL MN MO NE SD WI
    KS | Kansas | 660-679 | CO MO NE OK
    KY | Kentucky | 400-427 | IL IN MO OH TN VA WV
    LA | Louisiana | 700-715 | AR MS TX
    ME | Maine | 039-049 | NH
    MD | Maryland | 206-219 | DE DC PA VA WV
    MA | Massachusetts | 010-027 055 | CT NH NY RI VT
    MI | Michigan | 480-499 | IN OH WI
    MN | Minnesota | 550-567 | IA ND SD WI
    MS | Mississippi | 386-397 | AL AR LA TN
    MO | Missouri | 630-658 | AR IL IA KS KY NE OK TN
    MT | Montana | 590-599 | ID ND SD WY
    NE | Nebraska | 680-693 | CO IA KS MO SD WY
    NV | Nevada | 889-898 | AZ CA ID OR UT
    NH | New Hampshire | 030-038 | ME MA VT
    NJ | New Jersey | 070-089 | DE NY PA
    NM | New Mexico | 870-884 | AZ CO OK TX UT
    NY | New York | 005 063 100-149 | CT MA NJ PA VT
    NC | North Carolina | 270-289 | GA SC TN VA
    ND | North Dakota | 580-588 | MN MT SD
    OH | Ohio | 430-459 | IN KY MI PA WV
    OK | Oklahoma | 730-732 734-749 | AR CO KS MO NM TX
    OR | Oregon | 970-979 | CA ID NV WA
    PA | Pennsylvania | 150-196 | DE MD NJ NY OH WV
    RI | Rhode Island | 028-029 | CT MA
    SC | South Carolina | 290-299 | GA NC
    SD | South Dakota | 570-577 | IA MN MT NE ND WY
    TN | Tennessee | 370-385 | AL AR GA KY MS MO NC VA
    TX | Texas | 733 739 750-799 885 | AR LA NM OK
    UT | Utah | 840-847 | AZ CO ID NV NM WY
    VT | Vermont | 050-059 | MA NH NY
    VA | Virginia | 201 220-246 | DC KY MD NC TN WV
    WA | Washington, Washington State | 980-994 | ID OR
    WV | West Virginia | 247-268 | KY MD OH PA VA
    WI | Wisconsin | 530-549 | IL IA MI MN
    WY | Wyoming | 820-831 834 | CO ID MT NE SD UT
    AA | Armed Forces Americas, Armed Forces (AA) | 340
    AE | Armed Forces Europe, Armed Forces (AE) | 090-098
    AP | Armed Forces Pacific, Armed Forces (AP) | 962-966
    AS | American Samoa | 96799
    FM | Micronesia, Federated States of Micronesia | 96941-96944
    GU | Guam | 9691-9692 96930-96932
    MH | Marshall Islands | 96960-96979
    MP | Northern Mariana Islands | 9695
    PR | Puerto Rico | 006-007 009
    PW | Palau | 96939-96940
    VI | Virgin Islands, US Virgin Islands | 008
  `,
};
