"""Arrays as bare pointers, for compiled phases: one address instead of a structure of ten fields each.

Two hundred arrays as arguments cost numba six seconds of compilation and more in every function they pass
through; an address costs nothing. Only `sim/engine/pointer_source.py` writes code that uses these.
"""

from typing import Any

from numba import types
from numba.extending import intrinsic


def _pointer_to(kind: Any) -> Any:
    @intrinsic
    def pointer(typing_context, address):  # type: ignore[no-untyped-def]
        if not isinstance(address, types.Integer):
            return None

        def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        pointer_type: Any = types.CPointer
        return pointer_type(kind)(types.uint64), generate

    return pointer


to_f8 = _pointer_to(types.float64)
to_i8 = _pointer_to(types.int64)
to_u8 = _pointer_to(types.uint64)
to_u4 = _pointer_to(types.uint32)
