"""English."""

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

_NUMERALS: Final = Numerals(thousands=",", decimal=".")

ENGLISH: Final = Words(
    tag="en",
    name="English",
    seconds="{n} s",
    minutes="{n} min",
    hours="{n} h",
    numerals=_NUMERALS,
    desk=DeskWords(
        unknown_base="There is no such knowledge base here; `/help` lists the ones there are.",
        nothing_visible="There is no knowledge base to ask here.",
        not_named=(
            "Nothing has been opened to this server yet. Whoever runs this bot can do so: "
            "`footnote kb grant {name} --guild {guild}`"
        ),
        another_server="I serve one server only, and it is not this one; please remove me.",
        members_only=(
            "I answer direct messages from members of the servers that I serve, and you do "
            "not seem to be in any of them. `/forget-me` is for everybody."
        ),
        not_for_guests="I answer in servers that invited me, not through anybody's own account.",
        may_not_add=(
            "Only people named by whoever runs this bot may add to these threads; being an "
            "administrator here is not enough."
        ),
        not_in_this_channel="I do not answer in this channel; `/help` says where I do.",
        pace="That was a lot of questions at once; please wait {wait}.",
        person_day="You have used up your questions for now; the next one is free in {wait}.",
        guild_day="This server has used up its questions for now; the next is free in {wait}.",
    ),
    room=RoomWords(
        just_before="Just before",
        just_after="Just after",
        in_reply_to="In reply to {name}",
        more="and {n} more",
        also_in="The same words also appear in",
        quoted_by="quoted by {name}",
        unknown_author="unknown author",
        page="Page {page} of {pages}",
        shared_by="Shared by {name}",
        no_replies="Nobody has replied to this.",
        jump="Jump",
        earlier="Earlier",
        later="Later",
        parent="Parent",
        replies_button="Replies ({n})",
        open_reply="Open {n}",
        whole_thread="Whole thread",
        back="Back to the passage",
        previous_page="Previous page",
        next_page="Next page",
        share="Share",
        read_on="Read on",
        gone="This passage is no longer in the threads: its post was edited or removed.",
        thread_gone="This thread is no longer here: it was edited or removed.",
        not_found="No passage matches that; type a few of its words and pick one.",
        may_not_share="You cannot write in this channel, so I cannot share it for you.",
    ),
    config=ConfigWords(
        title="Footnote in this server",
        answer_channels="Channels where I answer",
        everywhere="All channels",
        mentions="Answer mentions: {state}",
        private="Answer privately: {state}",
        quiet="Leave threads to staff who replied: {state}",
        remembers="Keep unanswered questions: {state}",
        on="on",
        off="off",
        knowledge_base="Knowledge base of this server",
        channel_knowledge_base="Knowledge base of this channel",
        the_default="The bot's default ({name})",
        as_the_server="As the server",
        only_one="{name}; no other is granted here.",
        staff_roles="Staff",
        reingest_roles="May re-ingest besides administrators, if this server may add threads",
        nobody="Nobody",
        language="Language of public messages",
        server_language="The server's",
        feedback_channel="Channel that gets feedback",
        announcement_channel="Channel that hears of new threads",
        staff_channel="Channel where staff hear of unanswered questions",
        none_chosen="None",
        saved="Changes apply immediately.",
        administrators_only="Only people who can manage this server can do this.",
        servers_only="This only works in a server.",
    ),
    help=HelpWords(
        intro=(
            "I answer questions from this community's own threads, and name the author and the "
            "thread of everything I show. If the threads do not answer, I say so."
        ),
        how=(
            "`/ask` a question, shown to all or only to you\n"
            "`/source` reads a passage in its thread, found by words, author, thread or id\n"
            "`/threads` finds whole threads about something\n"
            "You can also mention me, or reply to one of my messages."
        ),
        bases="What I know here",
        base="**{name}** · {threads} threads, {posts} posts",
        newest="newest post {date}",
        empty="**{name}** · nothing yet",
        channels="I answer in {channels}.",
        left="You may ask {now} questions right now, and {day} more today.",
        privacy=(
            "Privacy: for {days} days I keep your questions with their answers, for the buttons "
            "under them, and what you say of answers; `/forget-me` deletes it at once, and "
            "can leave your own posts out of my answers. Messages that do not ask me anything are "
            "not kept."
        ),
        model="{model} puts answers into words: it is sent the question and what was found.",
        remembers="Unanswered questions are kept here until the threads answer them.",
        configure="Administrators: `/config`",
    ),
    privacy=PrivacyWords(
        about_kept=(
            "**What I keep about you**\nYour questions with the answers to them, what you said of "
            "answers, questions that wait, and where you talk with me. It can be deleted at once."
        ),
        delete_kept="Delete what you keep about me",
        about_posts=(
            "**What you wrote in the threads**\nI quote what people wrote, with their names. Your "
            "posts can be left out of my answers for good: those that I know, those that you will "
            "write, and quotes of them in the posts of others."
        ),
        leave_out_posts="Leave my posts out of the answers",
        are_you_sure=(
            "**Leave all your posts out, for good?**\nOnly whoever runs this bot can undo it. I "
            "tell your posts by your Discord account; what you wrote elsewhere, or stands there "
            "without an account, they can take out. What I said in channels before stays there; "
            "it is marked as out of date. The posts themselves stay where you wrote them."
        ),
        sure="Yes, for good",
        not_sure="No",
        posts_going="I am taking your posts out; this may take some minutes.",
        posts_gone=(
            "Done. Posts of yours that were taken out of the answers: {n}. So that what you write "
            "later stays out too, I keep a code that nobody can turn back into your account."
        ),
        posts_none=(
            "Done. None of your posts was among the threads that I know. So that none will be, I "
            "keep a code that nobody can turn back into your account."
        ),
        posts_not_gone=(
            "Your posts could not be taken out just now; why is logged for whoever runs this bot. "
            "Please try again later."
        ),
        nothing="I kept nothing about you: no question, no verdict, no conversation.",
        forgotten="Deleted for good:",
        kinds={
            "guild_settings": "settings",
            "answers_shown": "answers to your questions, with the questions",
            "conversations": "threads in which I took what you wrote as questions",
            "feedback": "verdicts on answers",
            "unanswered": "questions that waited for an answer",
            "rulings": "your name on what staff decided",
            "gaps": "questions that were passed on to staff",
            "open_questions": "posts that I answered",
        },
    ),
    commands={
        "ask": CommandWords(
            "ask",
            "Ask the threads a question; the answer says who wrote it.",
            {
                "question": OptionWords("question", "What do you want to know?"),
                "knowledge_base": OptionWords(
                    "knowledge_base", "Which threads to ask, where there are several."
                ),
                "private": OptionWords("private", "Show the answer only to me."),
            },
        ),
        "source": CommandWords(
            "source",
            "Read a passage in its thread.",
            {
                "passage": OptionWords(
                    "passage", "Type a few words, an author, a thread or an id."
                ),
                "knowledge_base": OptionWords("knowledge_base", "Where to look."),
            },
        ),
        "threads": CommandWords(
            "threads",
            "Find whole threads about something.",
            {
                "about": OptionWords("about", "What should they be about?"),
                "private": OptionWords("private", "Only for me."),
            },
        ),
        "digest": CommandWords(
            "digest",
            "What is new in the threads.",
            {
                "days": OptionWords("days", "How far back to look; a week by default."),
                "private": OptionWords("private", "Only for me."),
            },
        ),
        "topics": CommandWords(
            "topics",
            "What the threads talk about.",
            {"private": OptionWords("private", "Only for me.")},
        ),
        "upload": CommandWords(
            "upload",
            "Add an exported file to the threads and ingest it.",
            {"file": OptionWords("file", "An export in any format that Footnote reads.")},
        ),
        "help": CommandWords("help", "What this bot does, what it knows and how to use it."),
        "official": CommandWords(
            "official", "Give an official answer that comes first for questions like it."
        ),
        "gaps": CommandWords("gaps", "Questions without a good answer, for staff to answer."),
        "config": CommandWords("config", "Set how the bot behaves in this server."),
        "learn": CommandWords("learn", "Choose the channels that the bot reads itself."),
        "forget-me": CommandWords(
            "forget-me",
            "Delete what the bot keeps about you, or leave your posts out of the answers.",
        ),
        "reingest": CommandWords("reingest", "Update the knowledge base from its folder."),
    },
    answer=AnswerWords(
        not_answered="Not answered",
        closest="The threads do not clearly answer this. What comes closest:",
        closest_asked="The threads do not clearly answer this. Somebody asked something like it:",
        never_answered="Asked, never answered.",
        nothing_found="Nothing found",
        not_found="The threads do not answer this, and nothing in them comes close.",
        asks_nothing="That is no question yet. Ask something like “How do I …?”, or see `/help`.",
        empty="The answer is empty.",
        asked_by="Asked by {name}: {question}",
        unanswered="Nothing was found for: {part}",
        asked="Asked: {question}",
        searched="Searched {threads} and {passages}.",
        searched_until="Searched {threads} and {passages}; the newest post is of {date}.",
        threads=("{n} thread", "{n} threads"),
        passages=("{n} passage", "{n} passages"),
        also_cited="Also cited:",
        and_more="and {n} more",
        left_out=("{n} more sentence did not fit here.", "{n} more sentences did not fit here."),
        quoted="Quoted word for word from the threads.",
        written="Written by {writer} from these quotes;",
        confirmed=(
            "a second reading confirmed {n} of {total} sentence.",
            "a second reading confirmed {n} of {total} sentences.",
        ),
        unconfirmed="its wording has not been confirmed.",
        dropped=("{n} sentence was dropped.", "{n} sentences were dropped."),
        doubt="◇ The model's wording, not confirmed: read the quote.",
        partly="“{missing}” is not in its quotes",
        partly_unknown="not all of it is in its quotes",
        read_in_vain="{writer} read these passages and found no answer in them.",
        being_written="{writer} is reading the passages; its answer will stand here…",
        fallback="The model's answer is not shown: {why}.",
        notes={
            "nobody": "Nobody here is called “{about}”, so everybody's posts were searched.",
            "several": "“{about}” may be {people}: all of them were searched. `from:` and an id "
            "asks for one.",
            "nothing-left": "There are no posts {about}, so all were searched.",
        },
        reading="Reading the threads…",
        found="Found {passages} in {threads}; writing the answer…",
        more_sources="More sources",
        whole_answer="Whole answer",
        why="Why this?",
        follow_up="Ask a follow-up",
        ask_again="Ask again",
        thread="Continue in a thread",
        tell_me="Tell me when it is answered",
    ),
    talk=TalkWords(
        menu="Ask Footnote about this",
        hint="Write your question after the mention, or use `/ask`.",
        no_words="I found no words to look up in that message.",
        may_not_write=(
            "I am not allowed to write in the channel where you asked me; a moderator there can "
            "change that, or you can use `/ask`."
        ),
        gone=(
            "I no longer know this answer: what I keep of answers is deleted after a while, or "
            "when its asker wants it. Please ask again with `/ask`."
        ),
        thanks="Thank you, that is noted.",
        noted="Thank you, that is noted; it helps whoever looks after these threads.",
        thread_open="Go on in <#{thread}>: I take what you write there as a question.",
        welcome=(
            "Ask away here; no mention is needed. Others can join in by mentioning me, and I stay "
            "out of what you write to each other."
        ),
        no_threads="I am not allowed to open threads in this channel; a moderator can change that.",
        not_kept="This server does not let me keep questions.",
        not_here="Threads are not possible here; ask on with `/ask`.",
        thread_name="Question",
        why_title="How this answer came about",
        no_trace="The steps behind this answer were not kept.",
        gone_source="This passage is no longer in the threads.",
        no_sources="This answer cites nothing.",
        follow_up_title="Ask a follow-up",
        follow_up_label="Your question",
        verdict_title="What is wrong with this answer?",
        verdict_label="It is",
        reason_label="In your own words",
        reason_told_on=(
            "Moderators see it with your name, in the channel that they chose for feedback."
        ),
        verdicts={
            "good": "Good",
            "wrong": "Wrong",
            "not_supported": "Not supported by its sources",
            "outdated": "Outdated",
            "other": "Something else",
        },
        feedback="**{name} says of an answer: {verdict}**",
        feedback_private="The question was asked privately and is not repeated here.",
    ),
    failures=FailureWords(
        unexpected="Something went wrong here; it has been logged for whoever runs this bot.",
        not_permitted="I lack a permission that this needs here; a moderator can grant it.",
        servers_only="This command only works in a server.",
        outdated_command="This command has changed; reload Discord and try again.",
        timeout="This took too long, so I stopped; please try again in a moment.",
    ),
    lately=LatelyWords(
        new_threads=("{n} thread is new", "{n} threads are new"),
        grown_threads=("{n} thread has new posts", "{n} threads have new posts"),
        new_posts=("{n} new post in all", "{n} new posts in all"),
        nothing_new="Nothing new has come in since {since}.",
        since="**{figures}** since {since}",
        arrived="**{figures}**",
        more_threads=("-# and {n} more thread", "-# and {n} more threads"),
        by="by {author}",
        threads_about="**Threads about** {about}",
        no_threads_about="No threads about that were found.",
        opened_by="opened by {author}",
        posts=("{n} post", "{n} posts"),
        topics="**What the threads talk about**",
        no_topics="There are too few passages to tell topics apart.",
        topic="**{words}** · {share} of all passages",
        answered_now="**You asked this on {when}, and the threads answer it now.**",
        will_tell="I will send you a direct message when the threads answer this.",
        tell_where="-# The question is kept for {days} days at most; `/forget-me` deletes it.",
        periods={"1": "The last day", "7": "The last week", "30": "The last month"},
        stale=(
            "-# A post that is cited here was edited or removed on {when}; the answer may be out "
            "of date."
        ),
        taken_back="-# This answer is gone: it quoted a post that is not to be shown any more.",
    ),
    ingest=IngestWords(
        stages={
            "scan": "Looking for files",
            "read": "Reading files",
            "embed": "Embedding passages",
            "write": "Writing the index",
        },
        progress="**{doing}** · {done} of {total}",
        finished="**Re-ingest finished** · {seconds} s",
        dry_run="**Dry run finished; nothing was changed** · {seconds} s",
        files="Files: {read} read, {unchanged} unchanged, {removed} removed, {refused} refused",
        passages=(
            "Passages: {added} added, {removed} removed, {unchanged} unchanged, {total} in all"
        ),
        known="Now known: {threads} threads, {posts} posts, {quotes} quotes linked",
        duplicates="Duplicates: {repeats} repeated lines, {near} near-duplicates",
        taken_out="Posts taken out: {each}",
        reasons={
            "file-gone": "{n} whose file is gone",
            "emptied": "{n} whose file is empty now",
            "gone": "{n} no longer in their file",
            "newer": "{n} replaced by a newer version in another file",
            "deleted": "{n} missing from a newer export",
            "bot": "{n} by bots",
            "forgotten": "{n} by people who want to be forgotten",
        },
        refused="**Refused**",
        more_refused="-# and {n} more; see the log",
        busy="A re-ingest is running already; its report goes to whoever started it.",
        no_report="The ingest ended without a report; see the log.",
        refused_file="**Refused** · {file}",
        too_large="is larger than the {limit} MiB that may be uploaded",
        larger_than_said="is larger than it said",
        other_kind="only files that end in {suffixes} are read",
        nothing_in_it="holds nothing that could be read",
        not_handed_over="Discord did not hand over the file; please send it again.",
    ),
    staff=StaffWords(
        menus={
            "answer": "Mark as the answer",
            "hidden": "Never show this",
            "outdated": "This is outdated",
            "official": "Official answer",
        },
        staff="staff",
        official="Official answer",
        given="{name} · {date}",
        until="until {date}",
        given_for="Given for: {question}",
        threads_say="What the threads say:",
        marked="✅ Marked as the answer by {name}, {date}",
        outdated="⚠️ Outdated, says {name}, {date}",
        outdated_because="⚠️ Outdated, says {name}, {date}: {text}",
        replaces="♻️ Replaces an outdated post, says {name}, {date}",
        staff_only="Only the staff of this server can use this; `/config` says who they are.",
        may_not_rule=(
            "Only the staff of a server that may add to these threads can decide this; `/config` "
            "says who they are."
        ),
        not_granted=(
            "This server may see these threads and not decide about them. Whoever runs this bot "
            "can change that: `footnote kb grant {name} --guild {guild} --maintain`"
        ),
        unknown_message="This message is not among the threads that I know.",
        which="Which post do you mean?",
        hide_what="What should never be shown?",
        hide_passage="This passage",
        hide_post="This post",
        hide_author="Everything by {name}",
        this_one="{n}: {name}",
        undo="Undo",
        newer="Newer",
        older="Older",
        decided="What staff decided",
        done={
            "answer": "This is the answer from now on, and the card says that staff marked it.",
            "hidden": "This is shown nowhere from now on. Answers that quote it are marked.",
            "outdated": "This is outdated from now on.",
            "official": "This comes first for questions like these from now on.",
        },
        can_undo="-# `/config` lists what staff decided, and can undo it.",
        no_rulings="Staff have decided nothing yet. Open a message's menu and choose Apps.",
        rulings_title="What staff decided about {name}",
        kinds={
            "answer": "The answer",
            "hidden": "Never shown",
            "outdated": "Outdated",
            "official": "Official answer",
        },
        subjects={
            "passage": "passage",
            "post": "post",
            "author": "everything by an author",
            "question": "questions",
        },
        outdated_title="This is outdated",
        replaced_label="What replaces it?",
        replaced_hint="A link to a message that I know, or a sentence; may stay empty.",
        official_title="Official answer",
        questions_label="Questions that it answers",
        questions_hint="One a line, in the words that people use.",
        text_label="The answer",
        text_hint="Shown with your name and today's date.",
        days_label="Days until it expires",
        days_hint="Empty: never.",
        wrong_days="How many days the answer holds must be a number from 1 to 3650, or empty.",
    ),
    gaps=GapWords(
        title="Questions without a good answer",
        weekly="Questions without a good answer this week",
        none="Every question was answered, and no answer was voted down.",
        times=("asked once, on {date}", "asked {n} times, last on {date}"),
        also="also: {question}",
        answer_it="Answer {n}",
        as_csv="All as CSV",
        ask_person="Ask a person",
        gone="This question is not kept any more.",
        csv_ready="All questions without a good answer, grouped by what they ask.",
        passed_on="Your question is with the staff of this server now.",
        passed_before="This question was passed on to the staff before.",
        not_passed="I could not pass this on: I may not write in the channel of the staff.",
        wants="{name} asks for a person:",
        kept="-# Whoever answers there answers everybody: {where}",
    ),
    forum=ForumWords(
        channels="Forums and channels where every post is a question",
        drafts="Only drafts for staff: {state}",
        similar="Similar threads",
        draft="An answer for {where}, which nobody there sees yet",
        post_it="Post it",
        edit="Edit",
        dismiss="Dismiss",
        posted="Posted by {name}.",
        dismissed="Dismissed by {name}.",
        by_staff="-# Posted for {name} of the staff.",
        answered_before="This post has its answer already.",
        gone="This post is not there any more, or I may not write in it.",
        edit_title="Answer this post",
        edit_label="The answer",
    ),
    learn=LearnWords(
        title="Channels that I read",
        nothing="None yet. What people write here reaches me only through files.",
        line="{channel}: {messages} messages in {threads} threads, read by {readers}; {state}",
        everyone="everyone",
        roles="{roles} only",
        reading="reading",
        up_to_date="up to date",
        paused="paused",
        add="Read these channels, forums or categories from now on, with all that they said before",
        pause="Pause or resume these",
        remove="Stop reading these, and remove what I read there",
        choose="Choose channels",
        who_sees=(
            "I show words from a channel only where everybody who sees my answer may read that "
            "channel."
        ),
        needs="I cannot read {channel}: allow me {permissions} there.",
        view="View Channel",
        history="Read Message History",
        restart=(
            "Whoever runs me has to start me again with Message Content Intent switched on; until "
            "then messages come to me without their words."
        ),
        told=(
            "I read this channel from now on, so that I can answer questions with what was said "
            "here, word for word and with the author's name, to people who may read it anyway. I "
            "never fetch attachments. What is deleted here is gone from my answers, too. Who does "
            "not want to be read: `/forget-me`, and *Leave my posts out of the answers*."
        ),
    ),
)
