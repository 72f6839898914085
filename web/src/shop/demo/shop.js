/** The sample shop in three languages; `?lang=` chooses. English stands in the page itself. */
const texts = {
  fi: {
    strip: 'Toimitus Suomessa maksutta yli 60 euron tilauksiin',
    navigation: 'Kauppa',
    goods: 'Tuotteet',
    help: 'Apua',
    about: 'Meistä',
    title: 'Suomalaista puuta, tehty kestämään',
    lead: 'Kulhoja, leikkuulautoja ja saunatarvikkeita pienestä verstaasta Kuhmosta. Jokainen kappale öljytään käsin ja on korjattavissa.',
    look: 'Katso tuotteet',
    bowl: 'Koivukulho Kide',
    bowlText: 'Sorvattu yhdestä kappaleesta, 24 cm',
    board: 'Leikkuulauta Saari',
    boardText: 'Öljytty leppä, 38 × 24 cm',
    pail: 'Saunakiulu Löyly',
    pailText: 'Lämpökäsitelty haapa, 5 litraa',
    stool: 'Jakkara Kanto',
    stoolText: 'Täyttä mäntyä, kantaa 150 kg',
    ask1: 'Milloin pakettini saapuu?',
    answer1: 'Suomessa kahdessa–neljässä arkipäivässä, muualla Pohjoismaissa viikossa.',
    ask2: 'Voinko palauttaa?',
    answer2: 'Käyttämättömänä 30 päivän kuluessa. Jos jotain on rikki, maksamme palautuksen.',
    ask3: 'Jotain muuta?',
    answer3: 'Kirjoita meille keskustelussa sivun alakulmassa.',
    aboutText: 'Seitsemän ihmistä, kaksi sorvia ja koira. Puumme tulee metsistä 80 kilometrin säteeltä, ja lastut lämmittävät verstaan talvella.',
    footer: 'Havu & Honka on keksitty kauppa: asiakaspalvelujärjestelmän esimerkkisivu. Täällä ei myydä mitään.',
  },
  sv: {
    strip: 'Fri leverans i Finland för beställningar över 60 €',
    navigation: 'Butik',
    goods: 'Varor',
    help: 'Hjälp',
    about: 'Om oss',
    title: 'Av finskt trä, gjort för att hålla',
    lead: 'Skålar, skärbrädor och bastutillbehör från en liten verkstad i Kuhmo. Varje föremål oljas för hand och går att laga.',
    look: 'Se varorna',
    bowl: 'Björkskålen Kide',
    bowlText: 'Svarvad ur ett stycke, 24 cm',
    board: 'Skärbrädan Saari',
    boardText: 'Oljad al, 38 × 24 cm',
    pail: 'Bastustävan Löyly',
    pailText: 'Värmebehandlad asp, 5 liter',
    stool: 'Pallen Kanto',
    stoolText: 'Massiv furu, bär 150 kg',
    ask1: 'När kommer mitt paket?',
    answer1: 'Inom två till fyra vardagar i Finland, inom en vecka i övriga Norden.',
    ask2: 'Kan jag returnera?',
    answer2: 'Inom 30 dagar, oanvänt. Vi betalar returen om något är trasigt.',
    ask3: 'Något annat?',
    answer3: 'Skriv till oss i chatten i sidans nedre hörn.',
    aboutText: 'Sju människor, två svarvar och en hund. Vårt trä kommer från skogar inom 80 kilometer från verkstaden, och spånen värmer den på vintern.',
    footer: 'Havu & Honka är en påhittad butik: exempelsidan för en kontaktcentral. Här säljs ingenting.',
  },
}

const page = new URL(location.href)
const wanted = page.searchParams.get('lang') ?? navigator.language.split('-')[0]
const language = wanted in texts ? wanted : 'en'
const own = texts[language] ?? {}

document.documentElement.lang = language
for (const element of document.querySelectorAll('[data-text]')) element.textContent = own[element.dataset.text] ?? element.textContent
for (const element of document.querySelectorAll('[data-label]')) element.ariaLabel = own[element.dataset.label] ?? element.ariaLabel
for (const link of document.querySelectorAll('.languages a')) {
  // The rest of the address, such as another workstream's key, is kept.
  const address = new URL(page)
  address.searchParams.set('lang', link.lang)
  link.href = address.href
  if (link.lang === language) link.setAttribute('aria-current', 'true')
}
