"""Child processes of the program: how they are started, talked to, supervised and ended.

The one launcher: capture, transmit, recorder and demo all start their process here.
``launcher.ModuleProcess`` starts a module, ``supervised.SupervisedProcess`` also restarts it,
``parent.work_for_parent`` is the child's side, ``channel`` and ``wakeup`` connect the two. Each side imports
just its own modules, so that such a process starts quickly. Needs the standard library only, and may import
``frames``, of which it uses the errors.
"""
