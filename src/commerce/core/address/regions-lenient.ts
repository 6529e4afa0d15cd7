/**
 * Where the province follows from the postal code and parcels are sorted by the code alone. Written as in `STRICT`.
 * After a comma stand other codes that shops use. Italian and Mexican beginnings are kept wide where provinces were divided and codes stayed.
 */
export const LENIENT: Readonly<Record<string, string>> = {
  BR: `
    AC | Acre | 699
    AL | Alagoas | 57
    AM | Amazonas | 690-692 694-698
    AP | Amapá | 689
    BA | Bahia | 40-48
    CE | Ceará | 60-63
    DF | Distrito Federal | 70-71 720-727 730-736
    ES | Espírito Santo | 29
    GO | Goiás | 728-729 737-739 74-76
    MA | Maranhão | 65
    MG | Minas Gerais | 3
    MS | Mato Grosso do Sul | 79
    MT | Mato Grosso | 780-788
    PA | Pará | 66-67 680-688
    PB | Paraíba | 58
    PE | Pernambuco | 50-56
    PI | Piauí | 64
    PR | Paraná | 80-87
    RJ | Rio de Janeiro | 20-28
    RN | Rio Grande do Norte | 59
    RO | Rondônia | 768-769 789
    RR | Roraima | 693
    RS | Rio Grande do Sul | 9
    SC | Santa Catarina | 88-89
    SE | Sergipe | 49
    SP | São Paulo | 0 1
    TO | Tocantins | 77
  `,
  ES: `
    A | Alicante, Alacant | 03
    AB | Albacete | 02
    AL | Almería | 04
    AV | Ávila | 05
    B | Barcelona | 08
    BA | Badajoz | 06
    BI | Vizcaya, Bizkaia, Biscay | 48
    BU | Burgos | 09
    C | A Coruña, La Coruña, Coruña | 15
    CA | Cádiz | 11
    CC | Cáceres | 10
    CE | Ceuta | 51
    CO | Córdoba | 14
    CR | Ciudad Real | 13
    CS | Castellón, Castelló | 12
    CU | Cuenca | 16
    GC | Las Palmas, Gran Canaria | 35
    GI | Girona, Gerona | 17
    GR | Granada | 18
    GU | Guadalajara | 19
    H | Huelva | 21
    HU | Huesca | 22
    J | Jaén | 23
    L | Lleida, Lérida | 25
    LE | León | 24
    LO | La Rioja, Rioja | 26
    LU | Lugo | 27
    M | Madrid | 28
    MA | Málaga | 29
    ML | Melilla | 52
    MU | Murcia | 30
    NA | Navarra, Nafarroa, Navarre | 31
    O | Asturias | 33
    OR | Ourense, Orense | 32
    P | Palencia | 34
    PM | Balears, Baleares, Illes Balears, Islas Baleares | 07
    PO | Pontevedra | 36
    S | Cantabria | 39
    SA | Salamanca | 37
    SE | Sevilla, Seville | 41
    SG | Segovia | 40
    SO | Soria | 42
    SS | Gipuzkoa, Guipúzcoa | 20
    T | Tarragona | 43
    TE | Teruel | 44
    TF | Santa Cruz de Tenerife, Tenerife | 38
    TO | Toledo | 45
    V | Valencia, València | 46
    VA | Valladolid | 47
    VI | Álava, Araba | 01
    Z | Zaragoza, Saragossa | 50
    ZA | Zamora | 49
  `,
  IT: `
    AG | Agrigento | 92
    AL | Alessandria | 15
    AN | Ancona | 60
    AO | Aosta, Valle d'Aosta | 11
    AP | Ascoli Piceno | 63
    AQ | L'Aquila | 67
    AR | Arezzo | 52
    AT | Asti | 14
    AV | Avellino | 83
    BA | Bari | 70
    BG | Bergamo | 24
    BI | Biella | 13
    BL | Belluno | 32
    BN | Benevento | 82
    BO | Bologna | 40
    BR | Brindisi | 72
    BS | Brescia | 25
    BT | Barletta-Andria-Trani | 70-71 76
    BZ | Bolzano, Bozen | 39
    CA | Cagliari | 08-09
    CB | Campobasso | 86
    CE | Caserta | 81
    CH | Chieti | 66
    CI | Carbonia-Iglesias | 09
    CL | Caltanissetta | 93
    CN | Cuneo | 12 18
    CO | Como | 22
    CR | Cremona | 26
    CS | Cosenza | 87
    CT | Catania | 95
    CZ | Catanzaro | 88
    EN | Enna | 94
    FC | Forlì-Cesena | 47
    FE | Ferrara | 44
    FG | Foggia | 71
    FI | Firenze, Florence | 50
    FM | Fermo | 63
    FR | Frosinone | 03
    GE | Genova, Genoa | 16
    GO | Gorizia | 34
    GR | Grosseto | 58
    IM | Imperia | 18
    IS | Isernia | 86
    KR | Crotone | 88
    LC | Lecco | 22-24
    LE | Lecce | 73
    LI | Livorno | 57
    LO | Lodi | 20 26
    LT | Latina | 04
    LU | Lucca | 55
    MB | Monza e della Brianza, Monza e Brianza, Monza Brianza | 20
    MC | Macerata | 62
    ME | Messina | 98
    MI | Milano, Milan | 20
    MN | Mantova, Mantua | 46
    MO | Modena | 41
    MS | Massa-Carrara | 54
    MT | Matera | 75
    NA | Napoli, Naples | 80
    NO | Novara | 28
    NU | Nuoro | 07-09
    OG | Ogliastra | 08-09
    OR | Oristano | 08-09
    OT | Olbia-Tempio | 07-08
    PA | Palermo | 90
    PC | Piacenza | 29
    PD | Padova, Padua | 35
    PE | Pescara | 65
    PG | Perugia | 06
    PI | Pisa | 56
    PN | Pordenone | 33
    PO | Prato | 50 59
    PR | Parma | 43
    PT | Pistoia | 51
    PU | Pesaro e Urbino | 61
    PV | Pavia | 27
    PZ | Potenza | 85
    RA | Ravenna | 48
    RC | Reggio Calabria, Reggio di Calabria | 89
    RE | Reggio Emilia, Reggio nell'Emilia | 42
    RG | Ragusa | 97
    RI | Rieti | 02
    RM | Roma, Rome | 00
    RN | Rimini | 47 61
    RO | Rovigo | 45
    SA | Salerno | 84
    SI | Siena | 53
    SO | Sondrio | 23
    SP | La Spezia | 19
    SR | Siracusa, Syracuse | 96
    SS | Sassari | 07-08
    SU | Sud Sardegna, Sulcis Iglesiente | 08-09
    SV | Savona | 12 17
    TA | Taranto | 74
    TE | Teramo | 64
    TN | Trento | 38
    TO | Torino, Turin | 10
    TP | Trapani | 91
    TR | Terni | 05
    TS | Trieste | 34
    TV | Treviso | 31
    UD | Udine | 33
    VA | Varese | 21
    VB | Verbano-Cusio-Ossola, Verbania | 28
    VC | Vercelli | 13
    VE | Venezia, Venice | 30
    VI | Vicenza | 36
    VR | Verona | 37
    VS | Medio Campidano | 09
    VT | Viterbo | 01
    VV | Vibo Valentia | 88-89
  `,
  MX: `
    AGU,AGS | Aguascalientes | 20
    BCN,BC | Baja California | 21-22
    BCS | Baja California Sur | 23
    CAM,CAMP | Campeche | 24
    CHH,CHIH | Chihuahua | 31-33
    CHP,CHIS | Chiapas | 29-30
    CMX,DF,DIF,CDMX | Ciudad de México, Distrito Federal, Mexico City | 0 10-16
    COA,COAH | Coahuila, Coahuila de Zaragoza | 25-27
    COL | Colima | 28
    DUR,DGO | Durango | 34-35
    GRO | Guerrero | 39-41
    GUA,GTO | Guanajuato | 36-38
    HID,HGO | Hidalgo | 42-43
    JAL | Jalisco | 44-49
    MEX | México, Estado de México | 50-57
    MIC,MICH | Michoacán, Michoacán de Ocampo | 58-61
    MOR | Morelos | 62
    NAY | Nayarit | 63
    NLE,NL | Nuevo León | 64-67
    OAX | Oaxaca | 68-71
    PUE | Puebla | 72-75
    QUE,QRO | Querétaro | 76
    ROO,QROO | Quintana Roo | 77
    SIN | Sinaloa | 80-82
    SLP | San Luis Potosí | 78-79
    SON | Sonora | 83-85
    TAB | Tabasco | 86
    TAM,TAMPS | Tamaulipas | 87-89
    TLA,TLAX | Tlaxcala | 90
    VER | Veracruz, Veracruz de Ignacio de la Llave | 91-96
    YUC | Yucatán | 97
    ZAC | Zacatecas | 98-99
  `,
};
