"""English."""

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

ENGLISH: Final = Words(
    tag="en",
    name="English",
    seconds="{n} s",
    minutes="{n} min",
    hours="{n} h",
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
        replies="Replies: {n}",
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
    answer=answer.ENGLISH,
    talk=talk.ENGLISH,
    failures=talk.ENGLISH_FAILURES,
    lately=lately.ENGLISH,
    ingest=ingest.ENGLISH,
    staff=staff.ENGLISH,
    gaps=gaps.ENGLISH,
    forum=forum.ENGLISH,
    learn=learn.ENGLISH,
)
