### Die Texte der Konsole

# Überall
brand = spapi-Konsole
skip = Zum Inhalt springen
made-up = Demo (erfundener Shop)
language = Sprache
details = Details (Englisch)
required = erforderlich
go-on = Weiter
save = Speichern
enter = Anmelden
password = Passwort
pages = Seiten
back-home = Zurück zu den Verbindungen

# Eingang
closed = Öffnen Sie die Konsole über den Link, den „spapi console“ beim Start ausgibt. Er gilt einmal. Gilt er nicht mehr, starten Sie „spapi console“ neu.
password-title = Anmelden
password-wrong = Das Passwort ist falsch.
password-too-often = Zu viele falsche Passwörter. Warten Sie eine Minute und versuchen Sie es erneut.
refused-title = Anfrage abgelehnt
refused-host = Unter dieser Adresse antwortet die Konsole nicht. Verwenden Sie die Adresse, die „spapi console“ beim Start ausgegeben hat.
refused-origin = Das Formular stammt womöglich von einer anderen Website und wurde abgelehnt. Öffnen Sie diese Seite neu und versuchen Sie es erneut.
refused-token = Diese Seite ist abgelaufen. Öffnen Sie sie neu und versuchen Sie es erneut. Es wurde nichts gespeichert.
refused-length = Das Formular ist zu groß.
failed-title = Fehler
missing-page = Diese Seite gibt es nicht.
missing-connection = Diese Verbindung gibt es nicht. Vielleicht wurde ihre Datei gelöscht oder umbenannt.
broken-connection = Die Datei dieser Verbindung enthält einen Fehler und kann nicht gelesen werden. Korrigieren Sie die Datei und öffnen Sie die Seite erneut.
broken-folder = Der Ordner mit den Verbindungen kann nicht gelesen werden.
not-saved = Die Einstellungen konnten nicht gespeichert werden. Es wurde nichts geändert.

# Liste
connections = Verbindungen
no-connections = Es gibt noch keine Verbindung. In vier Schritten kommen Sie zu Ihren Daten von Amazon:
step-settings = Einstellungen: Konto und Zugangsdaten eintragen.
step-objects = Objekte: auswählen, welche Daten gelesen werden.
step-plan = Plan: ansehen, welche Zeiträume in wie vielen Teilen gelesen werden.
step-run = Lauf: die Daten lesen. Sie können jederzeit anhalten; der nächste Lauf macht weiter.
new-connection = Neue Verbindung
folder = Die Dateien liegen in
objects-count = { $count ->
    [one] { $shown } Objekt
   *[other] { $shown } Objekte
}

# Reiter
tab-overview = Daten
tab-plan = Plan
tab-run = Lauf
tab-charts = Diagramme
tab-objects = Objekte
tab-settings = Einstellungen

# Einstellungen
settings-about = Tragen Sie ein, was Seller Central oder Vendor Central anzeigt. Die erforderlichen Felder und die Zugangsdaten genügen.
settings-required = Grundeinstellungen
settings-credentials = Zugangsdaten
settings-optional = Weitere Einstellungen
credentials-not-needed = Die Demo braucht keine Zugangsdaten: Sie liest aus einem erfundenen Shop.
credentials-stored = Die Zugangsdaten sind gespeichert. Tragen Sie nur ein, was sich ändert. Gespeicherte Werte werden nie angezeigt.
credentials-unreadable = Die Datei mit den Zugangsdaten kann nicht gelesen werden. Tragen Sie alle drei erneut ein.
credentials-elsewhere = Die Zugangsdaten kommen aus der Umgebung oder einem Profil. Tragen Sie hier alle drei ein, um stattdessen diese zu verwenden.
secret-kept = Eingetragen und zur Sicherheit nicht angezeigt. Tragen Sie den Wert nur neu ein, um ihn zu ändern.
to-objects = Weiter zu den Objekten
back-to-settings = Zurück zu den Einstellungen
saved-settings = Die Einstellungen sind gespeichert.

label-name = Name der Verbindung
help-name = Der Name in der Liste. Jede Verbindung braucht einen eigenen. Er lässt sich später nicht ändern.
label-environment = AWS-Umgebung (AWS Environment)
help-environment = In der Regel „Produktion“.
environment-production = Produktion (PRODUCTION)
environment-sandbox = Amazons Sandbox (SANDBOX)
label-region = Region
help-region = Das Land des Marktplatzes.
label-account = Kontotyp (Account Type)
help-account = „Verkäufer“, wenn Sie bei Amazon verkaufen; „Lieferant“, wenn Sie an Amazon verkaufen.
account-seller = Verkäufer (Seller)
account-vendor = Lieferant (Vendor)
label-client-id = LWA-Client-ID
help-client-id = Auf der Seite Ihrer Anwendung in der Entwicklerkonsole unter den LWA-Zugangsdaten. Sie beginnt mit amzn1.application-oa2-client. und ist nicht die App-ID.
label-client-secret = LWA-Client-Secret
help-client-secret = Es gehört zur Client-ID und steht an derselben Stelle.
label-refresh-token = Refresh-Token
help-refresh-token = Er beginnt mit Atzr| und wird bei der Autorisierung der Anwendung ausgestellt. Wenn Sie keinen haben, nutzen Sie unten „Mit Amazon anmelden“.
label-app-id = App-ID
help-app-id = Die ID der Anwendung selbst; sie beginnt mit amzn1.sp.solution. oder amzn1.sellerapps. „Mit Amazon anmelden“ braucht sie.
label-zone = Zeitzone der folgenden Zeiten
help-zone = Die Zeitzone, in der Sie die beiden Zeiten eintragen. Beim Speichern werden sie in UTC umgerechnet; Sie müssen nicht rechnen.
zone-shop = Ortszeit ({ $country })
zone-utc = UTC
label-start = Beginn (Start Date)
help-start = Frühere Daten werden nicht gelesen. Leer: ab vor zwei Jahren. Beispiele: 2026-01-01, 2026-01-01 09:00
label-end = Ende (End Date)
help-end = Daten ab dieser Zeit werden nicht gelesen. Leer lassen, um immer bis zur Gegenwart zu lesen.
time-converted = UTC: { $utc } / Ortszeit ({ $country }): { $local }
label-period = Tage je Teil (Period In Days)
help-period = In wie viele Tage lange Zeiträume geteilt werden, 1 bis 3660. Meist passt 90. Für ein Objekt mit einer niedrigeren Grenze gilt diese.
label-report-options = Berichtsoptionen (Report Options)
help-report-options = Meist leer. Eine Zeile je Bericht: sein Name, dann Name=Wert für jede Option. Beispiel: GET_LEDGER_SUMMARY_VIEW_DATA aggregatedByTimePeriod=DAILY
label-wait = Zwischen Anfragen warten (Wait between requests)
help-wait = Verteilt die Anfragen nach Berichten gleichmäßig. Amazons Kontingente werden in jedem Fall eingehalten.

# Was nicht stimmt
fault-mark = Fehler:
faults = { $count ->
    [one] { $shown } Feld muss korrigiert werden.
   *[other] { $shown } Felder müssen korrigiert werden.
}
fault-empty = Tragen Sie einen Wert ein.
fault-choose = Wählen Sie einen Eintrag der Liste.
fault-name = Höchstens 63 Zeichen, ohne Schrägstriche und Zeilenumbrüche.
fault-name-taken = Eine andere Verbindung hat diesen Namen. Wählen Sie einen anderen.
fault-client-id = Das ist keine Client-ID. Sie beginnt mit amzn1.application-oa2-client.
fault-client-id-is-app-id = Das ist die App-ID. Hierher gehört die LWA-Client-ID; sie beginnt mit amzn1.application-oa2-client.
fault-client-id-is-secret = Das ist ein Secret oder Token. Hierher gehört die LWA-Client-ID; sie beginnt mit amzn1.application-oa2-client.
fault-secret-is-id = Das ist eine ID. Hierher gehört das LWA-Client-Secret.
fault-secret-is-token = Das ist ein Token. Hierher gehört das LWA-Client-Secret.
fault-token = Das ist kein Refresh-Token. Er beginnt mit Atzr|
fault-token-missing = Tragen Sie den Refresh-Token ein oder holen Sie ihn mit „Mit Amazon anmelden“.
fault-token-is-access-token = Das ist ein Access-Token (Atza|). Hierher gehört der Refresh-Token; er beginnt mit Atzr|
fault-app-id = Das ist keine App-ID. Sie beginnt mit amzn1.sp.solution. oder amzn1.sellerapps.app.
fault-app-id-is-client-id = Das ist die LWA-Client-ID. Hierher gehört die App-ID; sie beginnt mit amzn1.sp.solution. oder amzn1.sellerapps.
fault-app-id-is-secret = Das ist ein Secret oder Token. Hierher gehört die App-ID.
fault-time = Das ist weder Datum noch Zeit. Schreiben Sie 2026-01-01 oder 2026-01-01 09:00.
fault-year = Tragen Sie eine Zeit zwischen 1995 und 2099 ein.
fault-start-in-future = Der Beginn liegt in der Zukunft. Tragen Sie eine frühere Zeit ein.
fault-end-before-start = Das Ende muss nach dem Beginn liegen.
fault-period = Tragen Sie eine ganze Zahl von 1 bis 3660 ein.
fault-options = Diese Zeile kann nicht gelesen werden: { $line }
fault-refused = Diesen Wert kann eine Verbindung nicht haben. Siehe Details.
fault-no-objects = Wählen Sie mindestens ein Objekt.

# Anmelden mit Amazon
sign-in = Mit Amazon anmelden
sign-in-help = Öffnet Amazons Seite, auf der Sie die Anwendung autorisieren, und holt den Refresh-Token. Tragen Sie zuerst Client-ID, Client-Secret und App-ID ein. Ihre Eingaben bleiben erhalten.
sign-in-about = Melden Sie sich auf Amazons Seite an und autorisieren Sie die Anwendung. Kommen Sie danach innerhalb von 5 Minuten hierher zurück.
sign-in-go = Amazons Seite öffnen
sign-in-redirect = Amazon schickt Sie an diese Adresse zurück. Sie muss eine der OAuth-Umleitungs-URIs der Anwendung sein:
sign-in-directly = Um von selbst zurückzukommen, tragen Sie diese Adresse als OAuth-Umleitungs-URI der Anwendung ein und wählen Sie dies:
sign-in-published = Die Anwendung ist veröffentlicht, also kein Entwurf mehr
sign-in-step-open = Öffnen Sie Amazons Seite in einem neuen Tab und autorisieren Sie die Anwendung.
sign-in-step-paste = Kopieren Sie die ganze Adresse (URL) der Seite, die dann erscheint, und fügen Sie sie hier ein.
sign-in-take = Anmeldung abschließen
sign-in-missing = Tragen Sie zuerst in den Einstellungen ein:
sign-in-needs-app-id = die App-ID; sie beginnt mit amzn1.sp.solution. oder amzn1.sellerapps.
sign-in-needs-client-id = die LWA-Client-ID; sie beginnt mit amzn1.application-oa2-client.
sign-in-needs-client-secret = das LWA-Client-Secret
sign-in-failed = Die Anmeldung ist nicht gelungen. Gehen Sie zurück zu den Einstellungen und versuchen Sie es erneut.
sign-in-unknown = Diese Anmeldung ist bereits abgeschlossen oder abgelaufen. Beginnen Sie sie in den Einstellungen erneut.
signed-in-as = Angemeldet. Der Refresh-Token wurde für den Verkäufer { $seller } ausgestellt.

# Prüfung
check-title = Prüfung der Verbindung
check-button = Verbindung prüfen
check-help = Prüft mit wenigen Aufrufen die Zugangsdaten und die Rechte. Es wird nichts geändert.
check-good = Es wurde kein Problem gefunden.
check-too-long = Die Prüfung dauerte länger als eine Minute. Vielleicht wartet sie auf ein Kontingent von Amazon. Versuchen Sie es später erneut.
check-credentials-good = Amazon nimmt die Zugangsdaten an.
check-credentials-bad = Mit diesen Zugangsdaten kann Amazon nicht aufgerufen werden.
check-sells = { $country }: Das Konto verkauft dort.
check-sells-not = { $country }: Das Konto verkauft dort nicht, darum gibt es keine Daten.
check-reports = { $country }: Berichte können gelesen werden.
check-reports-not = { $country }: Berichte können nicht gelesen werden.
check-roles = Für die gewählten Objekte braucht die Anwendung eine dieser Rollen:

# Objekte
objects-title = Objekte
objects-about = Wählen Sie, welche Daten gelesen werden. Mehr Daten brauchen mehr Zeit; wählen Sie, was Sie brauchen. Die Auswahl lässt sich später ändern.
save-and-plan = Speichern und Plan ansehen
saved-new = Die Verbindung ist angelegt. Sehen Sie den Plan an und starten Sie den Lauf.
saved-objects = Die Auswahl der Objekte ist gespeichert.
group-recommended = Empfohlen
group-orders = Bestellungen und Sendungen
group-listings = Angebote und Produkte
group-stock = Bestand und FBA
group-money = Zahlungen, Gebühren und Steuern
group-returns = Rücksendungen und Erstattungen
group-analysis = Auswertungen und Werbeaktionen
group-others = Weitere
way-whole = Wird jedes Mal ganz gelesen.
way-slices = Wird Zeitraum für Zeitraum gelesen.
way-slices-at-most = Wird Zeitraum für Zeitraum gelesen, { $count ->
    [one] je höchstens ein Tag.
   *[other] je höchstens { $shown } Tage.
}
cost-times = Erster Lauf: { $count ->
    [one] einmal,
   *[other] { $shown }-mal,
}
cost-slices = Erster Lauf: { $count ->
    [one] { $shown } Teil,
   *[other] { $shown } Teile,
}
cost-time = kürzeste Dauer: { $time }.
not-offered = Amazon bietet es in dieser Region nicht an.
needs-personal-data = Es enthält personenbezogene Daten der Käufer, was die Datei der Verbindung erlauben muss.
all-marketplaces = alle
stream-part = { $title }: { $part }
stream-way = Wie es gelesen wird
stream-key = Spalten, die eine Zeile bestimmen
stream-lookback = Wird wegen später Änderungen erneut gelesen
stream-roles = Rollen, von denen eine nötig ist
stream-columns = Spalten

# Plan
plan-slices = Der nächste Lauf liest { $count ->
    [one] { $shown } Teil.
   *[other] { $shown } Teile.
}
plan-time = Nach Amazons Kontingenten ist die kürzeste Dauer { $time }. Hinzu kommt, wie lange Amazon die Berichte erstellt.
plan-calendar = Kalender der Zeiträume
plan-calendar-about = Die Zeiträume, die jeweils auf einmal gelesen werden, für jedes Objekt; der älteste steht links.
plan-table = Plan der Objekte
plan-zone = Die Zeiten sind die des Marktplatzes.
plan-failed = Der Plan lässt sich nicht erstellen.
more = und { $shown } weitere

# Lauf
run-button = Daten lesen
run-again-button = Neue Daten lesen
run-none = Es gab noch keinen Lauf.
run-running = Der Lauf ist im Gang.
run-stopping = Der Lauf hält an, sobald die begonnenen Daten gespeichert sind.
run-ended = Der Lauf ist beendet.
run-stopped = Der Lauf wurde angehalten. Der nächste macht weiter.
run-failed = Der Lauf endete mit einem Fehler. Was gespeichert ist, bleibt.
run-begun = Beginn: { $time }
run-lasted = Dauer: { $time }
stop-button = Anhalten
stop-help = Speichert die begonnenen Daten und hält an. Der nächste Lauf macht weiter.
progress-lost = Diese Seite hat die Verbindung verloren und versucht es von selbst erneut. Der Lauf geht weiter, solange „spapi console“ läuft.
to-tables = Daten ansehen
state-refused = kann nicht gelesen werden
state-nothing = nichts zu lesen
state-gaps = Zeiträume fehlen
state-done = fertig
state-open = der nächste Lauf macht weiter
state-reads = liest
waits-quota = wartet auf Amazons Kontingent
waits-report = wartet, bis Amazon den Bericht erstellt hat
waits-answer = wartet auf Amazons Antwort
waits-until = (bis { $time })

# Daten
tables-title = Daten
tables-failed = Die Daten können nicht gelesen werden.
nothing-read = Es gibt noch keine Daten. Sehen Sie den Plan an und starten Sie den Lauf.
rows-elsewhere = Die Zeilen sind in { $place }. Hier lassen sich nur Zeilen in SQLite anzeigen.
no-rows = Es gibt keine Zeilen.
never-read = nie gelesen
fresh = aktuell
behind = { $time } zurück
page-before = Vorige Seite
page-next = Nächste Seite
page-number = Seite { $shown }
dead-letters = Zeilen, die nicht passten
dead-letters-about = Zeilen, die nicht in ihre Tabelle passen. Sie bleiben so erhalten, wie Amazon sie geschickt hat.
dead-letters-count = { $count ->
    [one] { $shown } Zeile passte nicht
   *[other] { $shown } Zeilen passten nicht
}
no-dead-letters = Alle Zeilen passten.
gaps-title = Fehlende Zeiträume
gaps-about = Diese Zeiträume konnten nicht gelesen werden. Der nächste Lauf liest sie von selbst erneut; die Schaltfläche tut es jetzt.
gap-failed = { $count ->
    [one] Einmal fehlgeschlagen.
   *[other] { $shown }-mal fehlgeschlagen.
}
gap-rests = Wird nach { $time } erneut gelesen.
fill-button = Fehlende Zeiträume lesen

# Diagramme
no-charts = Für Diagramme gibt es noch keine Daten. Bestellungen, Bestand und Abrechnungen haben Diagramme.
last-days = Letzte { $shown } Tage
chart-orders = Bestellungen je Tag
chart-sales = Umsatz je Tag ({ $currency })
chart-stock = Produkte mit dem größten Bestand, nach SKU
chart-stock-about = Die Mengen von höchstens 20 Produkten mit dem größten Bestand, von insgesamt { $shown }.
chart-points = Gewährte und zurückgegebene Amazon-Punkte je Tag
chart-sum = Die Summe von { $days } Tagen ist { $sum }.
chart-quota = Genutzte Kontingente von Amazon
chart-quota-about = Der Teil, den der letzte Lauf verbraucht hat und der noch nicht wieder aufgefüllt ist. Mit der Zeit geht er auf 0 % zurück.
chart-table = Die Zahlen als Tabelle
points-granted = gewährt
points-returned = zurückgegeben

# Spalten
column-object = Objekt
column-marketplace = Land
column-way = Wie es gelesen wird
column-slices = Teile
column-shortest = Kürzeste Zeit
column-rows = Zeilen
column-dead-letters = Passten nicht
column-gaps = Fehlen
column-state = Stand
column-up-to = Gelesen bis
column-freshness = Aktualität
column-due = Fällige Teile
column-slice = Zeitraum
column-column = Spalte
column-reason = Grund
column-row = Zeile
column-day = Tag
column-product = Produkt
column-quantity = Menge

# Einheiten
under-a-minute = weniger als eine Minute
about = { $time }
seconds = { $count ->
    [one] { $shown } Sekunde
   *[other] { $shown } Sekunden
}
minutes = { $count ->
    [one] { $shown } Minute
   *[other] { $shown } Minuten
}
hours = { $count ->
    [one] { $shown } Stunde
   *[other] { $shown } Stunden
}
days = { $count ->
    [one] { $shown } Tag
   *[other] { $shown } Tage
}

# Fehler
error-config = Mit den Einstellungen oder einer Datei stimmt etwas nicht.
error-input = Mit diesen Werten ist das nicht möglich.
error-login = Die Anmeldung bei Amazon ist fehlgeschlagen. Prüfen Sie Client-ID, Client-Secret und Refresh-Token.
error-quota = Amazons Kontingent ist aufgebraucht. Versuchen Sie es später erneut.
error-connect = Amazons Server ist nicht erreichbar. Prüfen Sie das Netzwerk.
error-lost = Die Antwort kam nicht an. Versuchen Sie es später erneut.
error-denied = Amazon hat den Zugriff verweigert. Prüfen Sie die Rollen der Anwendung, ihre Autorisierung, den Verkaufstarif (Professionell) und die Region.
error-not-found = Amazon hat diese Daten nicht oder konnte den Bericht nicht erstellen.
error-server = Bei Amazon ist ein Fehler aufgetreten. Versuchen Sie es später erneut.
error-unknown-outcome = Es ist nicht bekannt, ob Amazon dies ausgeführt hat. Sehen Sie nach, bevor Sie es wiederholen.
error-other = Etwas ist fehlgeschlagen.

# Länder
country-jp = Japan
country-us = Vereinigte Staaten
country-ca = Kanada
country-mx = Mexiko
country-br = Brasilien
country-ie = Irland
country-es = Spanien
country-gb = Vereinigtes Königreich
country-fr = Frankreich
country-be = Belgien
country-nl = Niederlande
country-de = Deutschland
country-it = Italien
country-se = Schweden
country-za = Südafrika
country-pl = Polen
country-eg = Ägypten
country-tr = Türkei
country-sa = Saudi-Arabien
country-ae = Vereinigte Arabische Emirate
country-in = Indien
country-sg = Singapur
country-au = Australien
