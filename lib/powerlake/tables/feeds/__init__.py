"""Every feed's contract, declared once; its bronze table derives from it. Of load_curves: `landing.layouts`."""

from powerlake.tables.feeds import assets, dispatch, external, marketing, metering, service
from powerlake.tables.feeds.model import Feed

FEEDS: dict[str, Feed] = {
    feed.path: feed
    for department in (metering, marketing, service, dispatch, assets, external)
    for feed in department.FEEDS
}
