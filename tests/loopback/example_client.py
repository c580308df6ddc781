"""A small, ordinary discord.py client whose only purpose is to try the loopback Discord."""

import asyncio
from typing import Any

import discord
from discord import app_commands, ui


class QuestionModal(ui.Modal, title="Ask"):
    question: ui.TextInput["QuestionModal"] = ui.TextInput(
        label="Question", custom_id="question", max_length=200
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"asked: {self.question.value}", ephemeral=True)


class ClassicView(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="More")
    async def more(
        self, interaction: discord.Interaction, _button: ui.Button["ClassicView"]
    ) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="more", view=None)

    @ui.button(label="Ask")
    async def ask(
        self, interaction: discord.Interaction, _button: ui.Button["ClassicView"]
    ) -> None:
        await interaction.response.send_modal(QuestionModal())

    @ui.select(placeholder="Which?", options=[discord.SelectOption(label="One", value="1")])
    async def pick(
        self, interaction: discord.Interaction, select: ui.Select["ClassicView"]
    ) -> None:
        await interaction.response.edit_message(content=f"picked {select.values[0]}", view=None)


class ShowButton(ui.Button["SourcesLayout"]):
    def __init__(self) -> None:
        super().__init__(label="Show", custom_id="show")

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("the source", ephemeral=True)


class SourcesLayout(ui.LayoutView):
    """A Components V2 message with its button in a section inside a container."""

    def __init__(self, text: str) -> None:
        super().__init__(timeout=None)
        section: ui.Section[SourcesLayout] = ui.Section(text, accessory=ShowButton())
        link: ui.ActionRow[SourcesLayout] = ui.ActionRow()
        link.add_item(ui.Button(label="Thread", url="https://forum.example/t/1"))
        self.add_item(ui.Container(section, ui.Separator(), link, accent_colour=0x3366CC))


class ExampleClient(discord.Client):
    """Commands and handlers that together touch every part of the fake."""

    def __init__(self, allowed_mentions: discord.AllowedMentions | None = None) -> None:
        intents = discord.Intents.default()
        intents.message_content = True
        super().__init__(
            intents=intents,
            allowed_mentions=allowed_mentions or discord.AllowedMentions.none(),
            guild_ready_timeout=0.01,
        )
        self.tree = app_commands.CommandTree(self)
        self.connection_events: list[str] = []
        self.gate = asyncio.Event()
        commands: list[app_commands.Command[Any, ..., Any] | app_commands.ContextMenu]
        commands = [ask, size, layout, gated, admin, twice, quote]
        for command in commands:
            self.tree.add_command(command)
        self.tree.add_command(subcommands)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py waits 5 s here before it identifies again; tests need not."""

    async def on_ready(self) -> None:
        self.connection_events.append("ready")

    async def on_resumed(self) -> None:
        self.connection_events.append("resumed")

    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot or (self.user not in message.mentions and message.guild):
            return
        if "thread" in message.content:
            thread = await message.create_thread(name="Question")
            await thread.send("in the thread")
        elif "burst" in message.content:
            await asyncio.gather(*(message.channel.send(str(number)) for number in range(7)))
        else:
            await message.reply(f"pong: {message.content}", mention_author=False)


@app_commands.command(description="Answers after a while")
@app_commands.describe(question="What you want to know")
async def ask(interaction: discord.Interaction, question: str) -> None:
    await interaction.response.defer(thinking=True)
    embed = discord.Embed(title="Sources").add_field(name="[1]", value="a quote")
    await interaction.edit_original_response(
        content=f"answer to {question}", embed=embed, view=ClassicView()
    )
    await interaction.followup.send("and one more thing", ephemeral=True)


@ask.autocomplete("question")
async def complete_question(
    _interaction: discord.Interaction, current: str
) -> list[app_commands.Choice[str]]:
    count = int(current)
    return [app_commands.Choice(name=f"choice {n}", value=str(n)) for n in range(count)]


@app_commands.command(description="Says that many characters")
async def size(interaction: discord.Interaction, characters: int) -> None:
    await interaction.response.send_message("x" * characters)


@app_commands.command(description="A Components V2 answer")
async def layout(interaction: discord.Interaction, text: str) -> None:
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send(view=SourcesLayout(text))


@app_commands.command(description="Waits for the test before it answers")
async def gated(interaction: discord.Interaction, defer: bool = False) -> None:
    client = interaction.client
    assert isinstance(client, ExampleClient)
    if defer:
        await interaction.response.defer()
    await client.gate.wait()
    if defer:
        await interaction.edit_original_response(content="opened")
    else:
        await interaction.response.send_message("opened")


@app_commands.command(description="For those who manage the guild")
@app_commands.default_permissions(manage_guild=True)
@app_commands.checks.has_permissions(manage_guild=True)
async def admin(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("done", ephemeral=True)


@admin.error
async def refuse(interaction: discord.Interaction, _error: app_commands.AppCommandError) -> None:
    await interaction.response.send_message("not yours", ephemeral=True)


@app_commands.command(description="Answers twice, which Discord refuses")
async def twice(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("once")
    # A fresh response object forgets that this interaction was answered already.
    await discord.InteractionResponse(interaction).send_message("twice")


subcommands = app_commands.Group(name="kb", description="Knowledge bases")


@subcommands.command(name="list", description="Lists them")
async def list_knowledge_bases(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("none yet")


@app_commands.context_menu(name="Quote this")
async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"> {message.content}")
