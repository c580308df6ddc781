"""German."""

from __future__ import annotations

from typing import Final

from bot.discord.words.answer import AnswerWords
from bot.discord.words.forum import ForumWords
from bot.discord.words.gaps import GapWords
from bot.discord.words.ingest import IngestWords
from bot.discord.words.lately import LatelyWords
from bot.discord.words.learn import LearnWords
from bot.discord.words.numerals import Numerals
from bot.discord.words.shape import (
    CommandWords,
    ConfigWords,
    DeskWords,
    HelpWords,
    OptionWords,
    PrivacyWords,
    RoomWords,
    Words,
)
from bot.discord.words.staff import StaffWords
from bot.discord.words.talk import FailureWords, TalkWords

_NUMERALS: Final = Numerals(thousands=".", decimal=",")

GERMAN: Final = Words(
    tag="de",
    name="Deutsch",
    seconds="{n} s",
    minutes="{n} min",
    hours="{n} h",
    numerals=_NUMERALS,
    desk=DeskWords(
        unknown_base="Diese Wissensbasis gibt es hier nicht; `/hilfe` zählt die vorhandenen auf.",
        nothing_visible="Hier gibt es keine Wissensbasis, die man fragen könnte.",
        not_named=(
            "Für diesen Server ist noch nichts freigegeben. Wer den Bot betreibt, kann das tun: "
            "`footnote kb grant {name} --guild {guild}`"
        ),
        another_server="Ich bin nur für einen anderen Server da; bitte entferne mich von hier.",
        members_only=(
            "Auf Direktnachrichten antworte ich Mitgliedern der Server, für die ich da bin, und "
            "ich finde dich in keinem davon. `/vergiss-mich` ist für alle da."
        ),
        not_for_guests=(
            "Ich antworte auf Servern, die mich eingeladen haben, nicht über ein eigenes Konto."
        ),
        may_not_add=(
            "Diesen Threads darf nur etwas hinzufügen, wen der Betreiber des Bots dafür benannt "
            "hat; es genügt nicht, hier zur Administration zu gehören."
        ),
        not_in_this_channel="In diesem Kanal antworte ich nicht; `/hilfe` sagt, wo ich es tue.",
        pace="Das waren viele Fragen auf einmal; bitte warte {wait}.",
        person_day="Deine Fragen sind für jetzt aufgebraucht; die nächste ist in {wait} frei.",
        guild_day="Die Fragen dieses Servers sind aufgebraucht; die nächste ist in {wait} frei.",
    ),
    room=RoomWords(
        just_before="Direkt davor",
        just_after="Direkt danach",
        in_reply_to="Antwort auf {name}",
        more="und {n} weitere",
        also_in="Dieselben Worte stehen auch in",
        quoted_by="zitiert von {name}",
        unknown_author="unbekannt",
        page="Seite {page} von {pages}",
        shared_by="Geteilt von {name}",
        no_replies="Darauf hat niemand geantwortet.",
        jump="Öffnen",
        earlier="Früher",
        later="Später",
        parent="Bezug",
        replies_button="Antworten ({n})",
        open_reply="{n} öffnen",
        whole_thread="Ganzer Thread",
        back="Zurück zur Stelle",
        previous_page="Vorige Seite",
        next_page="Nächste Seite",
        share="Teilen",
        read_on="Weiterlesen",
        gone="Diese Stelle gibt es nicht mehr: Ihr Beitrag wurde geändert oder gelöscht.",
        thread_gone="Diesen Thread gibt es hier nicht mehr: Er wurde geändert oder gelöscht.",
        not_found="Dazu findet sich keine Stelle; tippe ein paar ihrer Worte und wähle eine aus.",
        may_not_share="Du darfst in diesem Kanal nicht schreiben, also kann ich es nicht teilen.",
    ),
    config=ConfigWords(
        title="Footnote auf diesem Server",
        answer_channels="Kanäle, in denen ich antworte",
        everywhere="Alle Kanäle",
        mentions="Erwähnungen beantworten: {state}",
        private="Nur für Fragende sichtbar: {state}",
        quiet="Threads dem Team lassen, das geantwortet hat: {state}",
        remembers="Unbeantwortete Fragen behalten: {state}",
        on="an",
        off="aus",
        knowledge_base="Wissensbasis dieses Servers",
        channel_knowledge_base="Wissensbasis dieses Kanals",
        the_default="Vorgabe des Bots ({name})",
        as_the_server="Wie der Server",
        only_one="{name}; eine andere ist hier nicht freigegeben.",
        staff_roles="Team",
        reingest_roles="Darf neben der Administration neu einlesen, wenn der Server das darf",
        nobody="Niemand",
        language="Sprache dessen, was alle sehen",
        server_language="Die des Servers",
        feedback_channel="Kanal für Rückmeldungen",
        announcement_channel="Kanal, der von neuen Threads erfährt",
        staff_channel="Kanal, in dem das Team von unbeantworteten Fragen erfährt",
        none_chosen="Keiner",
        saved="Jede Änderung gilt sofort.",
        administrators_only="Das kann nur, wer diesen Server verwalten darf.",
        servers_only="Das geht nur auf einem Server.",
    ),
    help=HelpWords(
        intro=(
            "Ich beantworte Fragen aus den Threads dieser Community. Was ich zeige, nennt "
            "Autor und Thread; wenn die Threads keine Antwort geben, sage ich das."
        ),
        how=(
            "`/frage` stellt eine Frage, sichtbar für alle oder nur für dich\n"
            "`/quelle` zeigt eine Stelle in ihrem Thread: nach Worten, Autor, Thread oder Kennung\n"
            "`/threads` findet ganze Threads über etwas\n"
            "Du kannst mich auch erwähnen oder auf eine meiner Nachrichten antworten."
        ),
        bases="Was ich hier kenne",
        base="**{name}** · {threads} Threads, {posts} Beiträge",
        newest="neuester Beitrag {date}",
        empty="**{name}** · noch nichts",
        channels="Ich antworte in {channels}.",
        left="Du kannst jetzt {now} Fragen stellen und heute noch {day}.",
        privacy=(
            "Datenschutz: {days} Tage lang behalte ich deine Fragen mit ihren Antworten, für die "
            "Knöpfe darunter, und was du zu Antworten sagst; `/vergiss-mich` löscht es sofort "
            "und kann deine Beiträge aus meinen Antworten lassen. Nachrichten, die mich nichts "
            "fragen, behalte ich nicht."
        ),
        model="{model} formuliert die Antworten und bekommt dazu die Frage und das Gefundene.",
        remembers="Dieser Server lässt unbeantwortete Fragen warten, bis die Threads sie klären.",
        configure="Administration: `/einstellungen`",
    ),
    privacy=PrivacyWords(
        about_kept=(
            "**Was ich über dich aufbewahre**\nDeine Fragen mit den Antworten darauf, was du zu "
            "Antworten gesagt hast, wartende Fragen, und wo du mit mir sprichst. Das lässt sich "
            "sofort löschen."
        ),
        delete_kept="Lösche, was du über mich aufbewahrst",
        about_posts=(
            "**Was du in den Threads geschrieben hast**\nIch zitiere, was Leute schrieben, mit "
            "Namen. Deine Beiträge können für immer aus meinen Antworten bleiben: die ich kenne, "
            "die du noch schreibst, und Zitate daraus in Beiträgen anderer."
        ),
        leave_out_posts="Lass meine Beiträge aus den Antworten",
        are_you_sure=(
            "**Alle deine Beiträge weglassen, für immer?**\nRückgängig machen kann das nur, wer "
            "den Bot betreibt. Deine Beiträge erkenne ich an deinem Discord-Konto; was du anderswo "
            "oder ohne Konto geschrieben hast, kann der Betreiber herausnehmen. Was ich in Kanälen "
            "schon gesagt habe, bleibt dort und wird als überholt markiert. Die Beiträge selbst "
            "bleiben, wo du sie geschrieben hast."
        ),
        sure="Ja, für immer",
        not_sure="Nein",
        posts_going="Ich nehme deine Beiträge heraus; das kann einige Minuten dauern.",
        posts_gone=(
            "Erledigt. Aus den Antworten genommene Beiträge von dir: {n}. Damit auch künftige "
            "wegbleiben, bewahre ich einen Code auf, aus dem niemand dein Konto ablesen kann."
        ),
        posts_none=(
            "Erledigt. In den Threads, die ich kenne, war kein Beitrag von dir. Damit keiner "
            "hineinkommt, bewahre ich einen Code auf, aus dem niemand dein Konto ablesen kann."
        ),
        posts_not_gone=(
            "Deine Beiträge ließen sich gerade nicht herausnehmen; warum, steht im Protokoll des "
            "Bots. Bitte versuche es später noch einmal."
        ),
        nothing="Ich hatte nichts über dich: keine Frage, kein Urteil, kein Gespräch.",
        forgotten="Endgültig gelöscht:",
        kinds={
            "guild_settings": "Einstellungen",
            "answers_shown": "Antworten auf deine Fragen, mit den Fragen",
            "conversations": "Threads, in denen ich dein Geschriebenes als Fragen nahm",
            "feedback": "Urteile über Antworten",
            "unanswered": "Fragen, die auf eine Antwort warteten",
            "rulings": "dein Name an dem, was das Team entschieden hat",
            "gaps": "Fragen, die ans Team weitergegeben wurden",
            "open_questions": "Beiträge, die ich beantwortet habe",
        },
    ),
    commands={
        "ask": CommandWords(
            "frage",
            "Stelle den Threads eine Frage; die Antwort nennt, wer sie geschrieben hat.",
            {
                "question": OptionWords("frage", "Was möchtest du wissen?"),
                "knowledge_base": OptionWords(
                    "wissensbasis", "Welche Threads gefragt werden, wo es mehrere gibt."
                ),
                "private": OptionWords("privat", "Zeige die Antwort nur mir."),
            },
        ),
        "source": CommandWords(
            "quelle",
            "Lies eine Stelle in ihrem Thread.",
            {
                "passage": OptionWords(
                    "stelle", "Tippe ein paar Worte, einen Namen, einen Thread oder eine Kennung."
                ),
                "knowledge_base": OptionWords("wissensbasis", "Wo gesucht wird."),
            },
        ),
        "threads": CommandWords(
            "threads",
            "Finde ganze Threads über etwas.",
            {
                "about": OptionWords("worüber", "Worum soll es darin gehen?"),
                "private": OptionWords("privat", "Nur für mich."),
            },
        ),
        "digest": CommandWords(
            "neues",
            "Was in den Threads neu ist.",
            {
                "days": OptionWords("tage", "Wie weit zurück; eine Woche, wenn du nichts sagst."),
                "private": OptionWords("privat", "Nur für mich."),
            },
        ),
        "topics": CommandWords(
            "themen",
            "Worum es in den Threads geht.",
            {"private": OptionWords("privat", "Nur für mich.")},
        ),
        "upload": CommandWords(
            "hochladen",
            "Füge den Threads eine exportierte Datei hinzu und lies sie ein.",
            {"file": OptionWords("datei", "Ein Export in einem Format, das Footnote liest.")},
        ),
        "help": CommandWords("hilfe", "Was dieser Bot tut, was er kennt und wie man ihn benutzt."),
        "official": CommandWords(
            "offiziell", "Gib eine offizielle Antwort, die bei solchen Fragen zuerst kommt."
        ),
        "gaps": CommandWords("lücken", "Fragen ohne gute Antwort, damit das Team sie beantwortet."),
        "config": CommandWords(
            "einstellungen", "Stelle ein, wie sich der Bot auf diesem Server verhält."
        ),
        "learn": CommandWords("lernen", "Die Kanäle wählen, die der Bot selbst liest."),
        "forget-me": CommandWords(
            "vergiss-mich",
            "Lösche, was der Bot über dich aufbewahrt, oder lass deine Beiträge weg.",
        ),
        "reingest": CommandWords(
            "neu-einlesen", "Bringe die Wissensbasis auf den Stand ihres Ordners."
        ),
    },
    answer=AnswerWords(
        not_answered="Nicht beantwortet",
        closest="Die Threads beantworten das nicht eindeutig. Am nächsten kommt:",
        closest_asked="Die Threads beantworten das nicht eindeutig. Jemand fragte Ähnliches:",
        never_answered="Gefragt, nie beantwortet.",
        nothing_found="Nichts gefunden",
        not_found="Die Threads beantworten das nicht, und nichts darin kommt ihm nahe.",
        asks_nothing="Das fragt nach nichts. Stell eine Frage, oder sieh dir `/help` an.",
        empty="Die Antwort ist leer.",
        asked_by="Gefragt von {name}: {question}",
        unanswered="Nichts gefunden zu: {part}",
        asked="Frage: {question}",
        searched="Durchsucht: {threads} und {passages}.",
        searched_until="Durchsucht: {threads} und {passages}; der neueste Beitrag ist vom {date}.",
        threads=("{n} Thread", "{n} Threads"),
        passages=("{n} Stelle", "{n} Stellen"),
        also_cited="Außerdem belegt durch:",
        and_more="und {n} weitere",
        left_out=("{n} weiterer Satz passte nicht her.", "{n} weitere Sätze passten nicht her."),
        quoted="Wörtlich aus den Threads zitiert.",
        written="Von {writer} aus diesen Zitaten geschrieben;",
        confirmed=(
            "ein zweites Lesen hat {n} von {total} Satz bestätigt.",
            "ein zweites Lesen hat {n} von {total} Sätzen bestätigt.",
        ),
        unconfirmed="nichts bestätigt die Formulierung.",
        dropped=("{n} Satz wurde weggelassen.", "{n} Sätze wurden weggelassen."),
        doubt="◇ Formulierung des Modells, nicht bestätigt: Lies das Zitat.",
        partly="„{missing}“ steht nicht in den Zitaten",
        partly_unknown="nicht alles davon steht in den Zitaten",
        read_in_vain="{writer} hat diese Stellen gelesen und keine Antwort darin gefunden.",
        being_written="{writer} liest die Stellen; seine Antwort erscheint gleich hier …",
        fallback="Die Antwort des Modells wird nicht gezeigt: {why}.",
        notes={
            "nobody": "Niemand heißt hier „{about}“; gesucht wurde in den Beiträgen von allen.",
            "several": "„{about}“ kann {people} sein: gesucht wurde bei allen. `from:` mit einer "
            "Id meint eine Person.",
            "nothing-left": "Zu diesen Bedingungen gibt es keine Beiträge ({about}); gesucht wurde "
            "in allen.",
        },
        reading="Ich lese die Threads…",
        found="Gefunden: {passages} in {threads}; ich schreibe die Antwort…",
        more_sources="Weitere Quellen",
        whole_answer="Ganze Antwort",
        why="Warum das?",
        follow_up="Nachfragen",
        ask_again="Noch einmal fragen",
        thread="In einem Thread weiter",
        tell_me="Sag mir, wenn es beantwortet ist",
    ),
    talk=TalkWords(
        menu="Footnote dazu fragen",
        hint="Schreib deine Frage hinter die Erwähnung oder nimm `/frage`.",
        no_words="In dieser Nachricht sind keine Worte, die ich nachschlagen könnte.",
        may_not_write=(
            "Ich darf in dem Kanal, in dem du gefragt hast, nicht schreiben; die Moderation kann "
            "das ändern, oder du nimmst `/frage`."
        ),
        gone=(
            "Diese Antwort kenne ich nicht mehr: Was ich von Antworten aufbewahre, wird nach "
            "einiger Zeit gelöscht oder wenn es der Fragende will. Bitte frage neu mit `/frage`."
        ),
        thanks="Danke, das ist notiert.",
        noted="Danke, das ist notiert; es hilft denen, die sich um diese Threads kümmern.",
        thread_open="Weiter in <#{thread}>: Was du dort schreibst, nehme ich als Frage.",
        welcome=(
            "Frag hier weiter, ganz ohne Erwähnung. Andere kommen dazu, indem sie mich erwähnen; "
            "was ihr einander schreibt, lasse ich in Ruhe."
        ),
        no_threads="Ich darf in diesem Kanal keine Threads öffnen; die Moderation kann das ändern.",
        not_kept="Dieser Server erlaubt mir nicht, Fragen aufzubewahren.",
        not_here="Hier gibt es keine Threads; frag weiter mit `/frage`.",
        thread_name="Frage",
        why_title="Wie diese Antwort zustande kam",
        no_trace="Zu dieser Antwort sind keine Schritte aufbewahrt.",
        gone_source="Diese Stelle gibt es in den Threads nicht mehr.",
        no_sources="Diese Antwort belegt nichts.",
        follow_up_title="Nachfragen",
        follow_up_label="Deine Frage",
        verdict_title="Was stimmt an dieser Antwort nicht?",
        verdict_label="Sie ist",
        reason_label="In deinen Worten",
        reason_told_on="Die Moderation sieht es mit deinem Namen im Kanal für Rückmeldungen.",
        verdicts={
            "good": "Gut",
            "wrong": "Falsch",
            "not_supported": "Nicht durch die Quellen gedeckt",
            "outdated": "Überholt",
            "other": "Etwas anderes",
        },
        feedback="**{name} sagt zu einer Antwort: {verdict}**",
        feedback_private="Die Frage wurde privat gestellt und wird hier nicht wiederholt.",
    ),
    failures=FailureWords(
        unexpected=(
            "Hier ist etwas schiefgegangen; es steht im Protokoll derer, die den Bot betreiben."
        ),
        not_permitted="Dazu fehlt mir hier ein Recht; die Moderation kann es mir geben.",
        servers_only="Dieser Befehl geht nur auf einem Server.",
        outdated_command=(
            "Dieser Befehl hat sich geändert; lade Discord neu und versuche es noch mal."
        ),
        timeout="Das hat zu lange gedauert und wurde aufgegeben; versuche es gleich noch einmal.",
    ),
    lately=LatelyWords(
        new_threads=("{n} Thread ist neu", "{n} Threads sind neu"),
        grown_threads=("{n} Thread hat neue Beiträge", "{n} Threads haben neue Beiträge"),
        new_posts=("insgesamt {n} neuer Beitrag", "insgesamt {n} neue Beiträge"),
        nothing_new="Seit {since} ist nichts Neues gekommen.",
        since="**{figures}** seit {since}",
        arrived="**{figures}**",
        more_threads=("-# und {n} weiterer Thread", "-# und {n} weitere Threads"),
        by="von {author}",
        threads_about="**Threads über** {about}",
        no_threads_about="Darüber ist kein Thread zu finden.",
        opened_by="eröffnet von {author}",
        posts=("{n} Beitrag", "{n} Beiträge"),
        topics="**Worum es in den Threads geht**",
        no_topics="Es sind zu wenige Abschnitte, um Themen zu unterscheiden.",
        topic="**{words}** · {share} aller Abschnitte",
        answered_now="**Das hast du am {when} gefragt; jetzt beantworten es die Threads.**",
        will_tell="Ich schicke dir eine Direktnachricht, wenn die Threads das beantworten.",
        tell_where=(
            "-# Die Frage wird höchstens {days} Tage aufbewahrt; `/vergiss-mich` löscht sie."
        ),
        periods={"1": "Der letzte Tag", "7": "Die letzte Woche", "30": "Der letzte Monat"},
        stale=(
            "-# Ein hier zitierter Beitrag wurde am {when} geändert oder entfernt; die Antwort "
            "kann überholt sein."
        ),
        taken_back=(
            "-# Diese Antwort gibt es nicht mehr: Ein hier zitierter Beitrag wird nicht mehr "
            "gezeigt."
        ),
    ),
    ingest=IngestWords(
        stages={
            "scan": "Ich suche Dateien",
            "read": "Ich lese Dateien",
            "embed": "Ich berechne Vektoren",
            "write": "Ich schreibe den Index",
        },
        progress="**{doing}** · {done} von {total}",
        finished="**Neu eingelesen** · {seconds} s",
        dry_run="**Probelauf beendet; nichts wurde geändert** · {seconds} s",
        files=(
            "Dateien: {read} gelesen, {unchanged} unverändert, {removed} entfernt, {refused} "
            "abgelehnt"
        ),
        passages=(
            "Stellen: {added} neu, {removed} entfernt, {unchanged} unverändert, {total} insgesamt"
        ),
        known="Jetzt bekannt: {threads} Threads, {posts} Beiträge, {quotes} verknüpfte Zitate",
        duplicates="Doppeltes: {repeats} wiederholte Zeilen, {near} fast gleiche Stellen",
        taken_out="Entfernte Beiträge: {each}",
        reasons={
            "file-gone": "{n}, deren Datei weg ist",
            "emptied": "{n}, deren Datei jetzt leer ist",
            "gone": "{n}, die nicht mehr in ihrer Datei stehen",
            "newer": "{n} ältere Fassungen von dem, was eine andere Datei hat",
            "deleted": "{n}, die in einem neueren Export fehlen",
            "bot": "{n} von Programmen",
            "forgotten": "{n} von Leuten, die vergessen werden wollen",
        },
        refused="**Abgelehnt**",
        more_refused="-# und {n} weitere; sie stehen im Protokoll",
        busy="Es wird schon neu eingelesen; den Bericht bekommt, wer damit angefangen hat.",
        no_report="Das Einlesen endete ohne Bericht; mehr steht im Protokoll.",
        refused_file="**Abgelehnt** · {file}",
        too_large="ist größer als die {limit} MiB, die man hochladen darf",
        larger_than_said="ist größer als angegeben",
        other_kind="nur Dateien, die auf {suffixes} enden, werden gelesen",
        nothing_in_it="enthält nichts, was man lesen könnte",
        not_handed_over="Discord hat die Datei nicht herausgegeben; bitte schick sie noch einmal.",
    ),
    staff=StaffWords(
        menus={
            "answer": "Als Antwort markieren",
            "hidden": "Nie wieder zeigen",
            "outdated": "Das ist überholt",
            "official": "Offizielle Antwort",
        },
        staff="das Team",
        official="Offizielle Antwort",
        given="{name} · {date}",
        until="gilt bis {date}",
        given_for="Gegeben auf: {question}",
        threads_say="Was die Threads sagen:",
        marked="✅ Als Antwort markiert von {name}, {date}",
        outdated="⚠️ Überholt, sagt {name}, {date}",
        outdated_because="⚠️ Überholt, sagt {name}, {date}: {text}",
        replaces="♻️ Ersetzt einen überholten Beitrag, sagt {name}, {date}",
        staff_only="Das kann nur das Team dieses Servers; wer das ist, sagt `/einstellungen`.",
        may_not_rule=(
            "Das entscheidet nur das Team eines Servers, der diesen Threads etwas hinzufügen darf; "
            "wer das ist, sagt `/einstellungen`."
        ),
        not_granted=(
            "Dieser Server darf diese Threads sehen, aber nicht über sie entscheiden. Wer den Bot "
            "betreibt, kann das ändern: `footnote kb grant {name} --guild {guild} --maintain`"
        ),
        unknown_message="Diese Nachricht steht in keinem Thread, den ich kenne.",
        which="Welcher Beitrag ist gemeint?",
        hide_what="Was soll nie wieder gezeigt werden?",
        hide_passage="Diese Stelle",
        hide_post="Dieser Beitrag",
        hide_author="Alles von {name}",
        this_one="{n}: {name}",
        undo="Rückgängig",
        newer="Neuere",
        older="Ältere",
        decided="Was das Team entschieden hat",
        done={
            "answer": (
                "Das ist ab jetzt die Antwort, und dabei steht, dass das Team sie markiert hat."
            ),
            "hidden": (
                "Das wird ab jetzt nirgends gezeigt. Antworten, die es zitieren, sind markiert."
            ),
            "outdated": "Das gilt ab jetzt als überholt.",
            "official": "Das steht ab jetzt bei Fragen wie diesen an erster Stelle.",
        },
        can_undo=(
            "-# `/einstellungen` zählt auf, was das Team entschieden hat, und nimmt es zurück."
        ),
        no_rulings="Das Team hat noch nichts entschieden: im Menü einer Nachricht unter Apps.",
        rulings_title="Was das Team zu {name} entschieden hat",
        kinds={
            "answer": "Die Antwort",
            "hidden": "Nie gezeigt",
            "outdated": "Überholt",
            "official": "Offizielle Antwort",
        },
        subjects={
            "passage": "Stelle",
            "post": "Beitrag",
            "author": "alles von einer Person",
            "question": "Fragen",
        },
        outdated_title="Das ist überholt",
        replaced_label="Was ersetzt es?",
        replaced_hint="Link zu einer Nachricht, die ich kenne, oder ein Satz; kann leer bleiben.",
        official_title="Offizielle Antwort",
        questions_label="Fragen, die sie beantwortet",
        questions_hint="Eine je Zeile, in den Worten, die die Leute benutzen.",
        text_label="Die Antwort",
        text_hint="Erscheint mit deinem Namen und dem heutigen Datum.",
        days_label="Tage, bis sie abläuft",
        days_hint="Leer: nie.",
        wrong_days="Die Tage, die die Antwort gilt, sind eine Zahl von 1 bis 3650 oder leer.",
    ),
    gaps=GapWords(
        title="Fragen ohne gute Antwort",
        weekly="Fragen ohne gute Antwort in dieser Woche",
        none="Jede Frage wurde beantwortet, und keine Antwort wurde abgewertet.",
        times=("einmal gefragt, am {date}", "{n}-mal gefragt, zuletzt am {date}"),
        also="auch: {question}",
        answer_it="{n} beantworten",
        as_csv="Alle als CSV",
        ask_person="Einen Menschen fragen",
        gone="Diese Frage ist nicht mehr aufbewahrt.",
        csv_ready="Alle Fragen ohne gute Antwort, zusammengefasst nach dem, was sie fragen.",
        passed_on="Deine Frage liegt jetzt beim Team dieses Servers.",
        passed_before="Diese Frage liegt schon beim Team.",
        not_passed="Ich konnte das nicht weitergeben: Im Kanal des Teams darf ich nicht schreiben.",
        wants="{name} möchte einen Menschen fragen:",
        kept="-# Wer dort antwortet, antwortet allen: {where}",
    ),
    forum=ForumWords(
        channels="Foren und Kanäle, in denen jeder Beitrag eine Frage ist",
        drafts="Nur Entwürfe fürs Team: {state}",
        similar="Ähnliche Threads",
        draft="Eine Antwort für {where}, die dort noch niemand sieht",
        post_it="Veröffentlichen",
        edit="Bearbeiten",
        dismiss="Verwerfen",
        posted="Veröffentlicht von {name}.",
        dismissed="Verworfen von {name}.",
        by_staff="-# Veröffentlicht für {name} vom Team.",
        answered_before="Dieser Beitrag hat seine Antwort schon.",
        gone="Diesen Beitrag gibt es nicht mehr, oder ich darf dort nicht schreiben.",
        edit_title="Diesen Beitrag beantworten",
        edit_label="Die Antwort",
    ),
    learn=LearnWords(
        title="Kanäle, die ich lese",
        nothing="Noch keine. Was hier geschrieben wird, erreicht mich nur über Dateien.",
        line=(
            "{channel}: {messages} Nachrichten in {threads} Threads, lesbar für {readers}; {state}"
        ),
        everyone="alle",
        roles="nur {roles}",
        reading="wird gelesen",
        up_to_date="aktuell",
        paused="angehalten",
        add="Diese Kanäle, Foren oder Kategorien ab jetzt lesen, mit allem, was dort schon steht",
        pause="Diese anhalten oder fortsetzen",
        remove="Diese nicht mehr lesen und das Gelesene entfernen",
        choose="Kanäle wählen",
        who_sees=(
            "Worte aus einem Kanal zeige ich nur, wo alle, die meine Antwort sehen, ihn lesen "
            "dürfen."
        ),
        needs="{channel} kann ich nicht lesen: Erlaube mir dort {permissions}.",
        view="Kanal anzeigen",
        history="Nachrichtenverlauf anzeigen",
        restart=(
            "Wer mich betreibt, muss mich mit eingeschaltetem Message Content Intent neu starten; "
            "bis dahin erhalte ich Nachrichten ohne ihren Text."
        ),
        told=(
            "Ich lese diesen Kanal ab jetzt mit, um Fragen mit dem zu beantworten, was hier gesagt "
            "wurde: wörtlich, mit Namen und nur für Leute, die ihn ohnehin lesen dürfen. Anhänge "
            "rufe ich nie ab. Was hier gelöscht wird, verschwindet auch aus meinen Antworten. Wer "
            "nicht gelesen werden will: `/forget-me`, dann *Lass meine Beiträge aus den Antworten*."
        ),
    ),
)
