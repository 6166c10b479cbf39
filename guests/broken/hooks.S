# What a fault does not take over goes straight on to nest.
    .text
    .weak __wrap_kernel_main, __wrap_resume, __wrap_handle_trap
__wrap_kernel_main:
    tail __real_kernel_main
__wrap_resume:
    tail __real_resume
__wrap_handle_trap:
    tail __real_handle_trap
