#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the file manager: a window from which the files named on the
command line can be dragged. Writes “ready” when it is on the screen and what
became of the drag."""

import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, Gio, GLib, GObject, Gtk  # noqa: E402


def make_provider(paths):
    files = Gdk.FileList.new_from_array([Gio.File.new_for_path(path) for path in paths])
    value = GObject.Value(Gdk.FileList, files)
    return Gdk.ContentProvider.new_for_value(value)


def say(word):
    print(word, flush=True)


def main():
    Gtk.init()
    loop = GLib.MainLoop()
    window = Gtk.Window(title="Files", default_width=200, default_height=200, decorated=False)
    label = Gtk.Label(label="\n".join(sys.argv[1:]), hexpand=True, vexpand=True)
    source = Gtk.DragSource(actions=Gdk.DragAction.COPY)
    source.set_content(make_provider(sys.argv[1:]))
    source.connect("drag-begin", lambda *unused: say("begin"))
    source.connect("drag-end", lambda *unused: (say("end"), loop.quit()))
    source.connect("drag-cancel", lambda *unused: say("cancel"))
    label.add_controller(source)
    window.set_child(label)
    window.connect("map", lambda *unused: GLib.timeout_add(300, lambda: say("ready")))
    window.present()
    loop.run()


if __name__ == "__main__":
    main()
