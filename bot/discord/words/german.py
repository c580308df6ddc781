"""German."""

from __future__ import annotations

from typing import Final

from bot.discord.words import answer, forum, gaps, ingest, lately, learn, staff, talk
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

GERMAN: Final = Words(
    tag="de",
    name="Deutsch",
    seconds="{n} s",
    minutes="{n} min",
    hours="{n} h",
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
        replies="Antworten: {n}",
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
    answer=answer.GERMAN,
    talk=talk.GERMAN,
    failures=talk.GERMAN_FAILURES,
    lately=lately.GERMAN,
    ingest=ingest.GERMAN,
    staff=staff.GERMAN,
    gaps=gaps.GERMAN,
    forum=forum.GERMAN,
    learn=learn.GERMAN,
)
