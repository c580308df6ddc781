"""A discord.py client with the surfaces that ``ExampleClient`` leaves out, to try the fake with."""

import re
from typing import Any, Self

import discord
from discord import app_commands, ui


class VerdictModal(ui.Modal, title="What is wrong?"):
    reason: ui.Label["VerdictModal"] = ui.Label(
        text="Reason",
        component=ui.Select(
            custom_id="reason",
            options=[discord.SelectOption(label="Wrong"), discord.SelectOption(label="Outdated")],
        ),
    )
    kind: ui.Label["VerdictModal"] = ui.Label(
        text="How sure?",
        component=ui.RadioGroup(
            custom_id="sure",
            required=False,
            options=[discord.RadioGroupOption(label="Very"), discord.RadioGroupOption(label="So")],
        ),
    )
    proof: ui.Label["VerdictModal"] = ui.Label(
        text="Proof", component=ui.FileUpload(custom_id="proof", required=False)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        select, radio, files = self.reason.component, self.kind.component, self.proof.component
        assert isinstance(select, ui.Select)
        assert isinstance(radio, ui.RadioGroup)
        assert isinstance(files, ui.FileUpload)
        names = [file.filename for file in files.values]
        await interaction.response.send_message(f"{select.values} {radio.value} {names}")


class CountButton(ui.DynamicItem[ui.Button[Any]], template=r"count:(?P<number>\d+)"):
    """A button whose state is in its custom id, so that it outlives the client."""

    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label=str(number), custom_id=f"count:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        view: ui.View = ui.View(timeout=None).add_item(CountButton(self.number + 1))
        await interaction.response.edit_message(content=f"{self.number + 1}", view=view)


class ChannelPicker(ui.View):
    @ui.select(cls=ui.ChannelSelect, custom_id="channels", max_values=2)
    async def channels(
        self, interaction: discord.Interaction, select: ui.ChannelSelect["ChannelPicker"]
    ) -> None:
        names = [channel.name for channel in select.values]
        await interaction.response.send_message(f"picked {names}")


class SurfacesClient(discord.Client):
    """Attachments, other people's ids as options, selects, modals, threads and lasting buttons."""

    def __init__(self, **options: Any) -> None:
        intents = discord.Intents.default()
        intents.message_content = True
        silent = discord.AllowedMentions.none()
        super().__init__(
            intents=intents, allowed_mentions=silent, guild_ready_timeout=0.01, **options
        )
        self.tree = app_commands.CommandTree(self)
        self.seen: list[str] = []
        self.connection_events: list[str] = []
        commands: list[app_commands.Command[Any, ..., Any]]
        commands = [upload, describe, pick, verdict, count, whoami]
        for command in commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(CountButton)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py waits 5 s here before it identifies again; tests need not."""

    async def on_message(self, message: discord.Message) -> None:
        self.seen.append(message.content)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.seen.append(f"removed from {guild.name}")

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.seen.append(f"deleted {event.message_id}")

    async def on_thread_update(self, _before: discord.Thread, after: discord.Thread) -> None:
        self.seen.append(f"archived {after.archived}")

    async def on_ready(self) -> None:
        self.connection_events.append("ready")

    async def on_resumed(self) -> None:
        self.connection_events.append("resumed")


@app_commands.command(description="Reads a file")
async def upload(interaction: discord.Interaction, file: discord.Attachment) -> None:
    content = await file.read()
    said = f"{file.filename} {file.content_type} {file.size} {content.decode()}"
    await interaction.response.send_message(said)


@app_commands.command(description="Names what it is given")
async def describe(
    interaction: discord.Interaction,
    person: discord.Member,
    channel: discord.TextChannel,
    role: discord.Role,
) -> None:
    roles = [held.name for held in person.roles]
    await interaction.response.send_message(f"{person.name} {roles} {channel.name} {role.name}")


@app_commands.command(description="Lets you pick channels")
async def pick(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Which?", view=ChannelPicker())


@app_commands.command(description="Opens a form")
async def verdict(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(VerdictModal())


@app_commands.command(description="Counts for ever")
async def count(interaction: discord.Interaction) -> None:
    view: ui.View = ui.View(timeout=None).add_item(CountButton(0))
    await interaction.response.send_message("0", view=view)


@app_commands.command(description="Says what Discord says about you")
async def whoami(interaction: discord.Interaction) -> None:
    assert isinstance(interaction.user, discord.Member)
    roles = [role.name for role in interaction.user.roles]
    may_write = interaction.app_permissions.send_messages
    await interaction.response.send_message(f"{interaction.locale.value} {roles} {may_write}")
