;; Sum and mean of 32-bit floats in the exported memory. To make statistics.wasm of it: wat2wasm statistics.wat
(module
  (memory (export "memory") 1)
  (func $sum (export "sum") (param $count i32) (result f64)
    (local $end i32)
    (local $at i32)
    (local $total f64)
    (local.set $end (i32.shl (local.get $count) (i32.const 2)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $total (f64.add (local.get $total) (f64.promote_f32 (f32.load (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $next)))
    (local.get $total))
  (func (export "mean") (param $count i32) (result f64)
    (f64.div (call $sum (local.get $count)) (f64.convert_i32_u (local.get $count)))))
