# Workflows of litegraph-diffusion as a widget for notebooks: pip install anywidget
import pathlib

import anywidget
import traitlets


class Workflow(anywidget.AnyWidget):
    """Shows and runs a workflow in the browser of the reader."""

    # The file of `litegraph-diffusion widget`, or the address of dist/standalone/widget.js.
    _esm = pathlib.Path("litegraph_diffusion.js")

    # The text of a workflow file, its parsed JSON, or the bytes of the editor's ZIP with its files.
    workflow = traitlets.Any().tag(sync=True)
    # Values by "Node.param"; the reader's changes come back.
    set = traitlets.Dict().tag(sync=True)
    # Further params with a control, as "Node.param".
    controls = traitlets.List().tag(sync=True)
    height = traitlets.Int(240).tag(sync=True)
    theme = traitlets.Unicode("light").tag(sync=True)
    autorun = traitlets.Bool(False).tag(sync=True)

    # Results of the last run: what each node shows, the pictures as PNG, and output files.
    values = traitlets.Dict().tag(sync=True)
    images = traitlets.Dict().tag(sync=True)
    files = traitlets.Dict().tag(sync=True)
    # Phase, iterations, loss and faults.
    progress = traitlets.Dict().tag(sync=True)

    def run(self):
        self.send({"type": "run"})

    def stop(self):
        self.send({"type": "stop"})
