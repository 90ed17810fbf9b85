# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the notification service of a desktop: keeps what it was told."""

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

INTERFACE = """
<node><interface name="org.freedesktop.Notifications">
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
<arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
</interface></node>"""


class Notifications:
    def __init__(self):
        self.shown = []
        self.closed = []
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
        self.object = self.bus.register_object("/org/freedesktop/Notifications", interface, self.called, None, None)
        self.name = Gio.bus_own_name_on_connection(self.bus, "org.freedesktop.Notifications",
                                                   Gio.BusNameOwnerFlags.NONE, None, None)

    def called(self, bus, sender, path, interface, method, parameters, invocation):
        values = parameters.unpack()
        answer = None
        if method == "Notify":
            self.shown.append({"title": values[3], "body": values[4]})
            answer = GLib.Variant("(u)", (len(self.shown),))
        elif method == "CloseNotification":
            self.closed.append(values[0])
        elif method == "GetCapabilities":
            answer = GLib.Variant("(as)", (["body", "actions"],))
        else:
            answer = GLib.Variant("(ssss)", ("test", "test", "1", "1.2"))
        invocation.return_value(answer)

    def stop(self):
        Gio.bus_unown_name(self.name)
        self.bus.unregister_object(self.object)
