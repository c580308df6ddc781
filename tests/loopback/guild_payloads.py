"""The large JSON objects: the application, and a guild with its roles and channels."""

from collections.abc import Sequence

from tests.loopback import payloads
from tests.loopback.errors import JsonObject
from tests.loopback.payloads import Channel, Guild, Role, User


def application(bot: User, owner: User, guild_count: int, *, is_public: bool) -> JsonObject:
    """The body of GET /oauth2/applications/@me."""
    return {
        "id": bot.id,
        "name": bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": payloads.user(bot),
        "bot_public": is_public,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 1 << 19,
        "flags_new": str(1 << 19),
        "owner": payloads.user(owner),
        "team": None,
        "tags": [],
        "redirect_uris": [],
        "rpc_origins": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "integration_types_config": {"0": {}},
        "approximate_guild_count": guild_count,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "max_participants": 0,
    }


def role(of_guild: Role) -> JsonObject:
    colours = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        "id": of_guild.id,
        "name": of_guild.name,
        "color": 0,
        "colors": colours,
        "hoist": False,
        "position": of_guild.position,
        "permissions": str(of_guild.permissions),
        "managed": of_guild.bot_id is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
        **({"tags": {"bot_id": of_guild.bot_id}} if of_guild.bot_id else {}),
    }


def guild_create(
    guild: Guild, bot: User, channels: Sequence[Channel], joined_at: str
) -> JsonObject:
    """The data of GUILD_CREATE: without the members intent, the bot is the only member listed."""
    absent = dict.fromkeys(
        (
            *("icon", "splash", "banner", "description", "vanity_url_code", "discovery_splash"),
            *("system_channel_id", "rules_channel_id", "public_updates_channel_id"),
            *("safety_alerts_channel_id", "afk_channel_id", "application_id", "max_presences"),
        )
    )
    levels = dict.fromkeys(
        (
            *("verification_level", "default_message_notifications", "explicit_content_filter"),
            *("mfa_level", "nsfw_level", "premium_tier", "system_channel_flags"),
        ),
        0,
    )
    lists: JsonObject = {
        key: []
        for key in (
            *("emojis", "stickers", "features", "voice_states", "presences"),
            *("stage_instances", "guild_scheduled_events", "soundboard_sounds"),
        )
    }
    return {
        **absent,
        **levels,
        **lists,
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "roles": [role(one) for one in guild.roles.values()],
        "afk_timeout": 300,
        "preferred_locale": guild.locale,
        "premium_progress_bar_enabled": False,
        "max_members": 500_000,
        "joined_at": joined_at,
        "large": False,
        "unavailable": False,
        "member_count": len(guild.member_ids),
        "members": [payloads.member(bot, joined_at, guild.roles_of(bot.id))],
        "channels": [payloads.channel(place) for place in channels if not place.is_thread],
        "threads": [
            payloads.channel(place) for place in channels if place.is_thread and not place.archived
        ],
    }
