;; The inner loops of clipping over float32 elements in linear memory.
;;
;; Pointers are byte offsets and need no alignment. Counts are numbers of elements. Reductions add float64 sums in a
;; fixed order, so a result depends only on the elements. `npm run build:kernels` compiles this file into
;; simd-bytes.ts, and a test compares the two.
(module
  (import "env" "memory" (memory 0))

  ;; Σx². Long arrays are read as four quarters in parallel, because one stream of reads uses only half of the memory
  ;; bandwidth. Short arrays are read in order, because a short stream ends before prefetching starts. One loop serves
  ;; both: its four pointers are either a quarter of the elements or four elements apart. Eight pairs of sums keep
  ;; additions from waiting for one another.
  (func (export "sumOfSquares") (param $p i32) (param $n i32) (result f64)
    (local $end i32) (local $last i32) (local $apart i32) (local $stride i32) (local $sum f64) (local $y f64)
    (local $q i32) (local $r i32) (local $s i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128) (local $x v128)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $n) (i32.const 2))))
    (if (i32.lt_u (local.get $n) (i32.const 65536))
      (then
        (local.set $apart (i32.const 16))
        (local.set $stride (i32.const 64))
        (local.set $last (i32.add (local.get $p) (i32.shl (i32.and (local.get $n) (i32.const -16)) (i32.const 2)))))
      (else
        (local.set $apart (i32.and (local.get $n) (i32.const -16)))
        (local.set $stride (i32.const 16))
        (local.set $last (i32.add (local.get $p) (local.get $apart)))))
    (local.set $q (i32.add (local.get $p) (local.get $apart)))
    (local.set $r (i32.add (local.get $q) (local.get $apart)))
    (local.set $s (i32.add (local.get $r) (local.get $apart)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $last)))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $p))))
        (local.set $a (f64x2.add (local.get $a) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $p))))
        (local.set $b (f64x2.add (local.get $b) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $q))))
        (local.set $c (f64x2.add (local.get $c) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $q))))
        (local.set $d (f64x2.add (local.get $d) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $r))))
        (local.set $e (f64x2.add (local.get $e) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $r))))
        (local.set $f (f64x2.add (local.get $f) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $s))))
        (local.set $g (f64x2.add (local.get $g) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $x (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $s))))
        (local.set $h (f64x2.add (local.get $h) (f64x2.mul (local.get $x) (local.get $x))))
        (local.set $p (i32.add (local.get $p) (local.get $stride)))
        (local.set $q (i32.add (local.get $q) (local.get $stride)))
        (local.set $r (i32.add (local.get $r) (local.get $stride)))
        (local.set $s (i32.add (local.get $s) (local.get $stride)))
        (br $next)))
    (local.set $a (f64x2.add
      (f64x2.add (f64x2.add (local.get $a) (local.get $b)) (f64x2.add (local.get $c) (local.get $d)))
      (f64x2.add (f64x2.add (local.get $e) (local.get $f)) (f64x2.add (local.get $g) (local.get $h)))))
    (local.set $sum (f64.add (f64x2.extract_lane 0 (local.get $a)) (f64x2.extract_lane 1 (local.get $a))))
    ;; The remainder starts at the end of the fourth quarter, or of the single stream.
    (if (i32.eq (local.get $stride) (i32.const 64)) (then (local.set $s (local.get $p))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $s) (local.get $end)))
        (local.set $y (f64.promote_f32 (f32.load (local.get $s))))
        (local.set $sum (f64.add (local.get $sum) (f64.mul (local.get $y) (local.get $y))))
        (local.set $s (i32.add (local.get $s) (i32.const 4)))
        (br $next)))
    (local.get $sum))

  ;; Σ|x|.
  (func (export "sumOfMagnitudes") (param $p i32) (param $n i32) (result f64)
    (local $end i32) (local $last i32) (local $sum f64)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $n) (i32.const 2))))
    (local.set $last (i32.add (local.get $p) (i32.shl (i32.and (local.get $n) (i32.const -8)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $last)))
        (local.set $a (f64x2.add (local.get $a)
          (f64x2.abs (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $p))))))
        (local.set $b (f64x2.add (local.get $b)
          (f64x2.abs (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $p))))))
        (local.set $c (f64x2.add (local.get $c)
          (f64x2.abs (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $p))))))
        (local.set $d (f64x2.add (local.get $d)
          (f64x2.abs (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $p))))))
        (local.set $p (i32.add (local.get $p) (i32.const 32)))
        (br $next)))
    (local.set $a (f64x2.add (f64x2.add (local.get $a) (local.get $b)) (f64x2.add (local.get $c) (local.get $d))))
    (local.set $sum (f64.add (f64x2.extract_lane 0 (local.get $a)) (f64x2.extract_lane 1 (local.get $a))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $sum (f64.add (local.get $sum) (f64.abs (f64.promote_f32 (f32.load (local.get $p))))))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br $next)))
    (local.get $sum))

  ;; max |x|; 0 if there are no elements, NaN if any element is NaN.
  (func (export "largestMagnitude") (param $p i32) (param $n i32) (result f32)
    (local $end i32) (local $last i32) (local $largest f32)
    (local $a v128) (local $b v128)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $n) (i32.const 2))))
    (local.set $last (i32.add (local.get $p) (i32.shl (i32.and (local.get $n) (i32.const -8)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $last)))
        (local.set $a (f32x4.max (local.get $a) (f32x4.abs (v128.load (local.get $p)))))
        (local.set $b (f32x4.max (local.get $b) (f32x4.abs (v128.load offset=16 (local.get $p)))))
        (local.set $p (i32.add (local.get $p) (i32.const 32)))
        (br $next)))
    (local.set $a (f32x4.max (local.get $a) (local.get $b)))
    (local.set $largest (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
      (f32.max (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $largest (f32.max (local.get $largest) (f32.abs (f32.load (local.get $p)))))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br $next)))
    (local.get $largest))

  ;; 1 if no element is below $low or above $high, else 0; NaN never counts as outside.
  (func (export "within") (param $p i32) (param $n i32) (param $low f32) (param $high f32) (result i32)
    (local $end i32) (local $last i32) (local $x v128) (local $y v128) (local $lows v128) (local $highs v128)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $n) (i32.const 2))))
    (local.set $last (i32.add (local.get $p) (i32.shl (i32.and (local.get $n) (i32.const -8)) (i32.const 2))))
    (local.set $lows (f32x4.splat (local.get $low)))
    (local.set $highs (f32x4.splat (local.get $high)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $last)))
        (local.set $x (v128.load (local.get $p)))
        (local.set $y (v128.load offset=16 (local.get $p)))
        (if (v128.any_true (v128.or
              (v128.or (f32x4.lt (local.get $x) (local.get $lows)) (f32x4.gt (local.get $x) (local.get $highs)))
              (v128.or (f32x4.lt (local.get $y) (local.get $lows)) (f32x4.gt (local.get $y) (local.get $highs)))))
          (then (return (i32.const 0))))
        (local.set $p (i32.add (local.get $p) (i32.const 32)))
        (br $next)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (if (i32.or (f32.lt (f32.load (local.get $p)) (local.get $low))
                    (f32.gt (f32.load (local.get $p)) (local.get $high)))
          (then (return (i32.const 0))))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br $next)))
    (i32.const 1))

  ;; y = x · factor.
  (func (export "scale") (param $p i32) (param $q i32) (param $n i32) (param $factor f32)
    (local $end i32) (local $last i32) (local $factors v128)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $n) (i32.const 2))))
    (local.set $last (i32.add (local.get $p) (i32.shl (i32.and (local.get $n) (i32.const -16)) (i32.const 2))))
    (local.set $factors (f32x4.splat (local.get $factor)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $last)))
        (v128.store (local.get $q) (f32x4.mul (v128.load (local.get $p)) (local.get $factors)))
        (v128.store offset=16 (local.get $q)
          (f32x4.mul (v128.load offset=16 (local.get $p)) (local.get $factors)))
        (v128.store offset=32 (local.get $q)
          (f32x4.mul (v128.load offset=32 (local.get $p)) (local.get $factors)))
        (v128.store offset=48 (local.get $q)
          (f32x4.mul (v128.load offset=48 (local.get $p)) (local.get $factors)))
        (local.set $p (i32.add (local.get $p) (i32.const 64)))
        (local.set $q (i32.add (local.get $q) (i32.const 64)))
        (br $next)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (f32.store (local.get $q) (f32.mul (f32.load (local.get $p)) (local.get $factor)))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br $next))))

  ;; y = x clamped to [low, high]. Unlike min and max, pmin and pmax keep a NaN in their first argument unchanged.
  (func (export "clamp") (param $p i32) (param $q i32) (param $n i32) (param $low f32) (param $high f32)
    (local $end i32) (local $last i32) (local $lows v128) (local $highs v128)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $n) (i32.const 2))))
    (local.set $last (i32.add (local.get $p) (i32.shl (i32.and (local.get $n) (i32.const -4)) (i32.const 2))))
    (local.set $lows (f32x4.splat (local.get $low)))
    (local.set $highs (f32x4.splat (local.get $high)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $last)))
        (v128.store (local.get $q)
          (f32x4.pmin (f32x4.pmax (v128.load (local.get $p)) (local.get $lows)) (local.get $highs)))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (local.set $q (i32.add (local.get $q) (i32.const 16)))
        (br $next)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (f32.store (local.get $q) (f32x4.extract_lane 0
          (f32x4.pmin (f32x4.pmax (v128.load32_zero (local.get $p)) (local.get $lows)) (local.get $highs))))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br $next))))

  ;; y = x if x is finite, else 0: x − x is 0 only for finite x.
  (func (export "zeroNonFinite") (param $p i32) (param $q i32) (param $n i32)
    (local $end i32) (local $last i32) (local $x v128)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $n) (i32.const 2))))
    (local.set $last (i32.add (local.get $p) (i32.shl (i32.and (local.get $n) (i32.const -4)) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $last)))
        (local.set $x (v128.load (local.get $p)))
        (v128.store (local.get $q) (v128.and (local.get $x)
          (f32x4.eq (f32x4.sub (local.get $x) (local.get $x)) (f32x4.splat (f32.const 0)))))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (local.set $q (i32.add (local.get $q) (i32.const 16)))
        (br $next)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $x (v128.load32_zero (local.get $p)))
        (f32.store (local.get $q) (f32x4.extract_lane 0 (v128.and (local.get $x)
          (f32x4.eq (f32x4.sub (local.get $x) (local.get $x)) (f32x4.splat (f32.const 0))))))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br $next)))))
