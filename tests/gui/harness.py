# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real window as a user of assistive technology does: a display, a
D-Bus session and a keyring of its own, the practice cloud, and the built
`embark` whose widgets are found by role and accessible name over AT-SPI."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("EMBARK_BUILD", os.path.join(ROOT, "build"))
sys.path.insert(0, os.path.join(ROOT, "tests", "cloud"))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))

import client  # noqa: E402  (the practice cloud's own)
import facts_helper  # noqa: E402

REGION = "ap-guangzhou"
BUCKET = "vm-images-1250000000"
SECRET_ID, SECRET_KEY = client.DEFAULT_ID, client.DEFAULT_KEY
SCREEN = os.environ.get("EMBARK_TEST_SCREEN", "1920x1000x24")
PATIENCE = 60
COMPLAINTS = ("critical", "warning: ", "runtime error", "sanitizer")
# Without a window manager nobody takes the focus away from an entry whose window closes.
NOT_OURS = ("did not receive a focus-out event",)


def enter_world(images=()):
    """Runs this program again inside a display, a session bus and an unlocked keyring of its own. @images: names of
    recipes of tests/guest whose images it will ask for."""
    if os.environ.get("EMBARK_GUI_WORLD"):
        return
    for program in ("xvfb-run", "xdotool", "import", "dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            print(f"{program} is not installed")
            sys.exit(77)
    guests = subprocess.run([os.path.join(ROOT, "tests", "guest", "guests.sh")], check=True, capture_output=True,
                            text=True).stdout.strip()
    # The appliance of libguestfs takes long to make: one for all journeys, beside the guests.
    cache = os.environ.get("EMBARK_TEST_CACHE") or os.path.join(os.path.dirname(guests), "gui-cache")
    os.makedirs(cache, mode=0o700, exist_ok=True)
    recipes = os.path.join(ROOT, "tests", "guest", "images.py")
    paths = {name: subprocess.run(["/usr/bin/python3", recipes, name], check=True, capture_output=True,
                                  text=True).stdout.strip() for name in images}
    environment = dict(os.environ, EMBARK_GUI_WORLD="1", EMBARK_TEST_GUESTS=guests, EMBARK_TEST_CACHE=cache,
                       EMBARK_TEST_IMAGES=json.dumps(paths),
                       GSK_RENDERER="cairo", LIBGL_ALWAYS_SOFTWARE="1", NO_AT_BRIDGE="0")
    for name in ("GTK_A11Y", "GTK_THEME", "WAYLAND_DISPLAY"):
        environment.pop(name, None)
    # Those who look for a free display at the same moment find the same one, unless they begin apart.
    command = [os.path.join(ROOT, "tests", "support", "with-keyring.sh"), "xvfb-run", "-a", "-n",
               str(100 + os.getpid() % 400), "-s", f"-screen 0 {SCREEN} -noreset", sys.executable, *sys.argv]
    sys.exit(subprocess.run(command, env=environment).returncode)


def load_atspi():
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
    Atspi.init()
    return Atspi, GLib


def configure(folder, **settings):
    """Settings of the user, as GVariant text, before the window is started in that folder."""
    place = os.path.join(folder, "home", "config", "glib-2.0", "settings")
    os.makedirs(place, mode=0o700)
    with open(os.path.join(place, "keyfile"), "w", encoding="utf-8") as file:
        file.write("[org/embark/Embark]\n")
        file.writelines(f"{key.replace('_', '-')}={value}\n" for key, value in settings.items())


class Widget:
    """What was found: role, name and where in the window; looked up again for each use, since kept nodes go stale."""

    def __init__(self, node):
        self.node = node
        self.role = node.get_role_name()
        self.name = node.get_name() or ""

    def __repr__(self):
        return f"{self.role} “{self.name}”"


class Gui:
    """One running embark."""

    def __init__(self, folder, server=None, arguments=(), environment=None):
        self.atspi, self.glib = load_atspi()
        self.folder = folder
        self.home = os.path.join(folder, "home")
        self.environment = self.make_environment(server, environment or {})
        self.log_path = os.path.join(folder, "window.log")
        self.log = open(self.log_path, "ab")
        self.process = self.spawn(*arguments)
        self.wait(lambda: self.application(), "the window on the accessibility bus")

    def make_environment(self, server, more):
        for name in ("", "run", "state", "config", "config/gtk-4.0", "data"):
            os.makedirs(os.path.join(self.home, name), mode=0o700, exist_ok=True)
        with open(os.path.join(self.home, "config", "gtk-4.0", "settings.ini"), "w") as file:
            file.write("[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=false\n"
                       "gtk-decoration-layout=:close\n")
        result = dict(os.environ, HOME=self.home, XDG_STATE_HOME=os.path.join(self.home, "state"),
                      XDG_CONFIG_HOME=os.path.join(self.home, "config"),
                      XDG_DATA_HOME=os.path.join(self.home, "data"),
                      # The appliance is that of all journeys; what was found in a disk is of this one.
                      XDG_CACHE_HOME=os.path.join(self.home, "cache"),
                      LIBGUESTFS_CACHEDIR=os.environ["EMBARK_TEST_CACHE"],
                      GSETTINGS_SCHEMA_DIR=os.path.join(BUILD, "resources"), GSETTINGS_BACKEND="keyfile",
                      EMBARK_GUEST_HELPER=os.path.join(BUILD, "model", "guest", "embark-guest"))
        if server is not None:
            result.update(EMBARK_CONNECT_TO=f"127.0.0.1:{server.ready['port']}", EMBARK_CA_FILE=server.ready["ca"])
        result.update(more)
        return result

    def spawn(self, *arguments):
        return subprocess.Popen([os.path.join(BUILD, "gui", "embark"), *arguments], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def close(self):
        """Ends the program as a session that logs out does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def complaints(self):
        """Lines of GTK and GLib that no good program makes."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return [line.rstrip() for line in file if any(word in line.lower() for word in COMPLAINTS)
                    and not any(word in line for word in NOT_OURS)]

    # Waiting: the main context turns until the condition holds.

    def pump(self, seconds=0.1):
        context = self.glib.MainContext.default()
        end = time.monotonic() + seconds
        source = self.glib.timeout_add(int(seconds * 1000), lambda: False)
        while time.monotonic() < end:
            context.iteration(True)
        if context.find_source_by_id(source) is not None:
            self.glib.source_remove(source)

    def wait(self, condition, what, patience=PATIENCE):
        end = time.monotonic() + patience
        while True:
            try:
                found = condition()
            except self.glib.Error:
                found = None  # a node that went away while it was looked at
            if found:
                return found
            if self.process.poll() is not None:
                raise AssertionError(f"Embark ended while the test waited for {what}:\n{self.tail()}")
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not come. What is there:\n{self.dump()}\n{self.tail()}")
            self.pump()

    def tail(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-20:])

    # Finding

    def application(self):
        desktop = self.atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            if child is not None and child.get_process_id() == self.process.pid:
                return child
        return None

    def list_windows(self):
        """The last one opened first: what a test asks for is mostly there."""
        application = self.application()
        if application is None:
            return []
        nodes = [application.get_child_at_index(index) for index in range(application.get_child_count())]
        return [node for node in reversed(nodes) if node is not None]

    def walk(self, nodes):
        for node in nodes:
            yield node
            count = node.get_child_count()
            children = filter(None, (node.get_child_at_index(index) for index in range(count)))
            yield from self.walk(filter(self.is_visible, children))

    def is_visible(self, node):
        return node.get_state_set().contains(self.atspi.StateType.VISIBLE) \
            or node.get_role_name() in ("frame", "window", "dialog", "filler")

    def search(self, role=None, name=None, contains=None, dialog=None):
        """In the dialog of that name only, if one is given. Each question is a call over the bus: the fewest come
        first."""
        windows = self.list_windows()
        if dialog is not None:
            windows = [node for node in windows if node.get_name() == dialog]
        for node in windows if role in ("frame", "dialog") else self.walk(windows):
            if role is not None and node.get_role_name() != role:
                continue
            widget = Widget(node)
            # GTK gives a button with a mnemonic its label twice.
            if name is not None and widget.name.replace("_", "") not in (name, f"{name} {name}"):
                continue
            if contains is not None and contains not in widget.name:
                continue
            yield widget

    def list(self, role=None, name=None, contains=None, dialog=None):
        return list(self.search(role, name, contains, dialog))

    def find(self, role=None, name=None, contains=None, patience=PATIENCE):
        what = f"{role or 'widget'} “{name or contains}”"
        return self.wait(lambda: next(self.search(role, name, contains), None), what, patience)

    def has(self, role=None, name=None, contains=None):
        return next(self.search(role, name, contains), None) is not None

    def wait_gone(self, role=None, name=None, contains=None):
        self.wait(lambda: not self.has(role, name, contains), f"the end of {role} “{name or contains}”")

    def dump(self):
        return "\n".join(repr(widget) for widget in map(Widget, self.walk(self.list_windows())) if widget.name)

    # Doing

    def has_size(self, widget):
        """What is folded away has none, takes an action and does nothing."""
        return widget.node.get_component_iface().get_extents(self.atspi.CoordType.WINDOW).width > 0

    def unfold(self, row, button):
        """Opens a row until its button is there: the layout may move under the pointer just after a resize."""
        def try_unfold():
            if any(map(self.has_size, self.search("push button", button))):
                return True
            self.click("list item", contains=row)
            self.pump(1)
            return False
        self.wait(try_unfold, f"“{button}” in the row “{row}”")

    def open_tab(self, name, content):
        """Until its content is there: a tab that is not laid out yet takes the action and does nothing."""
        def try_open():
            if any(map(self.has_size, self.search("label", content))):
                return True
            self.press(name, "page tab")
            return False
        self.wait(try_open, f"“{content}” in the tab “{name}”")

    def set_value(self, name, value):
        """Of a spin button."""
        def try_set():
            for widget in filter(self.has_size, self.search("spin button", name)):
                value_of = widget.node.get_value_iface()
                if value_of is not None and value_of.set_current_value(value):
                    return True
            return False
        self.wait(try_set, f"a spin button “{name}”")

    def press(self, name, role="push button", dialog=None, patience=PATIENCE):
        def try_press():
            for widget in self.search(role, name, dialog=dialog):
                states = widget.node.get_state_set()
                action = widget.node.get_action_iface()
                if states.contains(self.atspi.StateType.SENSITIVE) and self.has_size(widget) and action is not None \
                        and action.do_action(0):
                    return True
            return False
        self.wait(try_press, f"a {role} “{name}” that can be pressed", patience)

    def type_into(self, name, text, role="text"):
        """Replaces the contents of the entry with that label."""
        def try_type():
            for widget in self.search(role, name):
                editable = widget.node.get_editable_text_iface()
                if editable is not None and editable.set_text_contents(text):
                    return True
            return False
        self.wait(try_type, f"an entry “{name}”")

    def select_row(self, contains):
        """Selects the row of a list by its name."""
        def try_select():
            for widget in self.search("list item", contains=contains):
                parent = widget.node.get_parent()
                selection = parent.get_selection_iface() if parent is not None else None
                if selection is not None and selection.select_child(widget.node.get_index_in_parent()):
                    return True
            return False
        self.wait(try_select, f"a row with “{contains}”")

    def key(self, *keys):
        subprocess.run(["xdotool", "key", "--clearmodifiers", *keys], check=True)

    def leave(self, title):
        """Closes a window with the keyboard. A key that is pressed while another window goes away is lost."""
        def try_leave():
            if not self.has("frame", title):
                return True
            self.key("Escape")
            self.pump(1)
            return False
        self.wait(try_leave, f"the end of the window “{title}”")

    def drop(self, *paths):
        """Drags files from another window and drops them in the middle of this one, with a real pointer."""
        frame = self.find("frame").node.get_component_iface().get_extents(self.atspi.CoordType.WINDOW)
        helper = os.path.join(ROOT, "tests", "gui", "drag_source.py")
        source = subprocess.Popen([sys.executable, helper, *paths], stdout=subprocess.PIPE, text=True,
                                  env=dict(self.environment, GTK_A11Y="none"))
        try:
            assert source.stdout.readline().strip() == "ready"
            window = subprocess.run(["xdotool", "search", "--pid", str(source.pid), "--name", "Files"], check=True,
                                    capture_output=True, text=True).stdout.split()[-1]
            width = int(SCREEN.split("x")[0])
            subprocess.run(["xdotool", "windowmove", "--sync", window, str(width - 260), "60"], check=True)
            self.pointer("mousemove", width - 160, 160, "mousedown", 1)
            for step in range(1, 5):
                self.pointer("mousemove", width - 160 - 12 * step, 160 + 4 * step)
            assert source.stdout.readline().strip() == "begin"
            target = frame.width // 2, frame.height // 2
            for step in range(1, 11):
                self.pointer("mousemove", target[0] + (10 - step) * 20, target[1] + (10 - step) * 8)
            self.find("label", "Drop Disk Files Here")
            self.shoot("drop")
            self.pointer("mouseup", 1)
            assert source.stdout.readline().strip() == "end"
        finally:
            source.terminate()
            source.wait()
            source.stdout.close()

    def pointer(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], check=True)
        self.pump(0.05)

    def type_keys(self, text):
        """With the keyboard, where the focus is."""
        subprocess.run(["xdotool", "type", "--delay", "20", text], check=True)
        self.pump(0.3)

    def resize(self, width, height, title="Embark"):
        window = subprocess.run(["xdotool", "search", "--pid", str(self.process.pid), "--name", title], check=True,
                                capture_output=True, text=True).stdout.split()[-1]
        subprocess.run(["xdotool", "windowsize", "--sync", window, str(width), str(height)], check=True)
        self.pump(0.5)

    def click(self, role=None, name=None, contains=None):
        """With the pointer: for rows, to which AT-SPI offers no action."""
        extents = self.find(role, name, contains).node.get_component_iface().get_extents(self.atspi.CoordType.WINDOW)
        self.pointer("mousemove", extents.x + extents.width // 2, extents.y + extents.height // 2, "click", 1)
        self.pump(0.3)

    def activate(self, action, parameter="[]"):
        """An action of the program, over D-Bus as a launcher would."""
        subprocess.run(["gdbus", "call", "--session", "--dest", "org.embark.Embark", "--object-path",
                        "/org/embark/Embark", "--method", "org.gtk.Actions.Activate", action, parameter, "{}"],
                       check=True, stdout=subprocess.DEVNULL, env=self.environment)

    def wait_end(self, patience=PATIENCE):
        """The program ends by itself."""
        end = time.monotonic() + patience
        while self.process.poll() is None:
            assert time.monotonic() < end, f"Embark did not end:\n{self.tail()}"
            self.pump()

    def shoot(self, name, crop=None):
        folder = os.environ.get("EMBARK_SHOTS", os.path.join(BUILD, "screenshots"))
        os.makedirs(folder, exist_ok=True)
        self.pump(0.5)
        path = os.path.join(folder, name + ".png")
        subprocess.run(["import", "-window", "root", *(["-crop", crop, "+repage"] if crop else []), path], check=True)
        return path


class GuiCase(unittest.TestCase):
    """A temporary folder and a practice cloud; the window is started by the test."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="embark-gui.")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.server = client.Server(os.path.join(self.folder, "cloud"), "--bucket", f"{BUCKET}@{REGION}")
        self.addCleanup(self.server.stop)

        import notifications
        self.notifications = notifications.Notifications()
        self.addCleanup(self.notifications.stop)

    def start(self, *arguments, **environment):
        gui = Gui(self.folder, self.server, arguments, environment)
        self.addCleanup(self.end, gui)
        return gui

    def end(self, gui):
        gui.close()
        self.assertEqual(gui.complaints(), [])
        self.assertEqual(gui.process.returncode, 0)

    def configure(self, **settings):
        configure(self.folder, **settings)

    def start_with_facts(self, fixture, **environment):
        """A window with one disk, web.qcow2, that was looked into: its facts are those of the fixture."""
        disk = os.path.join(self.folder, "web.qcow2")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "40G"], check=True)
        return self.start(disk, EMBARK_GUEST_HELPER=facts_helper.place(self.folder, fixture), **environment)

    def guest(self, name):
        path = os.path.join(os.environ["EMBARK_TEST_GUESTS"], name + ".qcow2")
        self.assertTrue(os.path.exists(path), path)
        return path

    def image(self, name):
        return json.loads(os.environ["EMBARK_TEST_IMAGES"])[name]


def main(images=()):
    enter_world(images)
    unittest.main(verbosity=2)
