"""Words that common passwords are made of. A password that is little else than these and digits is guessed first."""

from __future__ import annotations

COMMON_WORDS = frozenset(
    """
    password passwort motdepasse contrasena contraseña wachtwoord parola salasana hasło heslo senha jelszo lozinka lösenord
    passord adgangskode pass passe pwd secret geheim segreto secreto geheimnis admin administrator administrateur root user
    usuario utente benutzer gebruiker guest gast invite login logon signin welcome willkommen bienvenue bienvenido benvenuto
    welkom hello hallo bonjour hola ciao letmein openup opensesame sesame trustno trustnoone changeme change default temp
    temporary test testing tester sample example demo master mistress super superman batman spiderman wonderwoman ironman
    starwars startrek pokemon minecraft fortnite nintendo playstation dragon monkey tiger lion eagle falcon horse rabbit
    dolphin butterfly kitten puppy doggy buddy charlie max bella lucky shadow smokey ginger pepper cookie chocolate banana
    orange apple cherry lemon coffee cheese butter sugar honey flower rose lily jasmine daisy sunflower sunshine sunset summer
    winter autumn spring sommer herbst frühling fruhling hiver printemps automne verano invierno primavera otoño estate
    zomer herfst voorjaar january february march april june july august september october november december januar februar
    märz juni juli oktober dezember janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag
    football futbol fussball calcio voetbal soccer baseball basketball hockey tennis golf rugby cricket liverpool arsenal
    chelsea manchester barcelona realmadrid juventus milan bayern ajax michael jennifer jessica jordan thomas robert daniel
    andrew joshua matthew david william joseph george richard charles john james peter paul mark anthony steven kevin brian
    maria anna laura sarah julia sophie sofia lisa emma marie nicole nathalie martina andrea stefan alexander alexandra
    christian christina patrick sandra angela amanda ashley michelle melissa hannah samantha elizabeth victoria maggie
    family familie famille familia famiglia mother father mama papa daddy mommy baby babygirl angel princess princesa prinzessin
    prince queen king lover love iloveyou jetaime teamo tiamo ichliebedich loveme forever always heart sweet sweetheart darling
    honeybee friend friends freund happy smile freedom liberty freiheit liberte peace frieden hope glück jesus christ jesuschrist
    heaven blessed god faith church money million dollar euro business company office computer internet server network
    windows microsoft google facebook twitter amazon samsung iphone android laptop keyboard qwerty qwertz azerty qwertyuiop
    qwertzuiop azertyuiop asdfgh asdfghjkl yxcvbn yxcvbnm zxcvbn zxcvbnm qazwsx wsxedc edcrfv poiuyt lkjhgf mnbvcxz abc abcd
    abcde abcdef abcdefg abcdefgh xyz iop qwe asd zxc red blue green yellow black white silver golden gold purple pink rainbow
    diamond crystal phoenix thunder lightning storm ocean river mountain forest island paradise holiday vacation ferrari
    porsche mercedes audi volkswagen harley yamaha mustang corvette camaro hunter killer ninja warrior soldier hacker matrix
    access access granted security safe secure private privat personal nothing whatever blahblah please thankyou danke merci
    gracias grazie bitte goodluck number one two three four five six seven eight nine zero hundred thousand year today
    tomorrow home house haus maison casa school schule work arbeit travail trabajo lavoro city cities stadt ville ciudad
    citta stad europe europa european country paris london berlin madrid rome wien vienna amsterdam brussels
    """.split()  # noqa: SIM905  a list this long is read as words
)

#: What somebody who guesses passwords of this portal would try besides.
PORTAL_WORDS = frozenset(
    [
        "integrating",
        "integration",
        "charter",
        "eurocities",
        "portal",
        "mayor",
        "coordinator",
        "reviewer",
        "translator",
        "officer",
        "migration",
        "migrants",
        "refugees",
    ]
)
