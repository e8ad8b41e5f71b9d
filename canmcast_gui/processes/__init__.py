"""Child processes of the program: start, connect, supervise and end them.

Capture, transmit, recorder and demo all start their processes here. ``launcher.ModuleProcess`` starts a
module, ``supervised.SupervisedProcess`` also restarts it, ``parent.run_for_parent`` is the side of the child,
``channel`` and ``wakeup`` connect the two. Each side imports only its own modules, so that a process starts
quickly. Needs the standard library only, and may import ``frames``, of which it uses the errors.
"""
