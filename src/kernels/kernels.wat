;; The loops that touch every block of a stream, compiled ahead of time: the JavaScript that does the same needs a good
;; part of a short run to become fast.
(module
  (import "env" "memory" (memory 1))

  ;; Eight bytes at $at as a big-endian number.
  (func $load_be (param $at i32) (result i64)
    (local $v i64)
    (local.set $v (i64.load align=1 (local.get $at)))
    (local.set $v
      (i64.or
        (i64.shl (i64.and (local.get $v) (i64.const 0x00ff00ff00ff00ff)) (i64.const 8))
        (i64.and (i64.shr_u (local.get $v) (i64.const 8)) (i64.const 0x00ff00ff00ff00ff))))
    (local.set $v
      (i64.or
        (i64.shl (i64.and (local.get $v) (i64.const 0x0000ffff0000ffff)) (i64.const 16))
        (i64.and (i64.shr_u (local.get $v) (i64.const 16)) (i64.const 0x0000ffff0000ffff))))
    (i64.rotl (local.get $v) (i64.const 32)))

  ;; Reads SimpleBlocks of one frame that follow each other from $pos, and none beyond $stop, into the columns.
  ;; Answers where it stopped; $count_at holds the blocks so far.
  (func $read_blocks (export "read_blocks")
    (param $pos i32) (param $stop i32) (param $max_size i32)
    ;; 128 bytes: the index of each track number's track, 255 where there is none.
    (param $tracks i32)
    (param $count_at i32) (param $capacity i32)
    (param $track_of i32) (param $timecodes i32) (param $starts i32) (param $ends i32)
    ;; Taken off every bound.
    (param $origin i32)
    (result i32)
    (local $last i32) (local $count i32) (local $width i32) (local $bits i64) (local $size i64)
    (local $start i32) (local $end i32) (local $track i32)
    ;; An id, a size at its widest, and the block's header: track, timecode, flags.
    (local.set $last (i32.sub (local.get $stop) (i32.const 13)))
    (local.set $count (i32.load (local.get $count_at)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $count) (local.get $capacity)))
        (br_if $done (i32.gt_s (local.get $pos) (local.get $last)))
        (br_if $done (i32.ne (i32.load8_u (local.get $pos)) (i32.const 0xa3)))
        (local.set $width (i32.sub (i32.clz (i32.load8_u offset=1 (local.get $pos))) (i32.const 23)))
        (br_if $done (i32.gt_u (local.get $width) (i32.const 8)))
        (local.set $bits (i64.sub (i64.shl (i64.const 1) (i64.extend_i32_u (i32.mul (local.get $width) (i32.const 7)))) (i64.const 1)))
        (local.set $size
          (i64.and
            (i64.shr_u
              (call $load_be (i32.add (local.get $pos) (i32.const 1)))
              (i64.extend_i32_u (i32.shl (i32.sub (i32.const 8) (local.get $width)) (i32.const 3))))
            (local.get $bits)))
        ;; All ones: unknown.
        (br_if $done (i64.eq (local.get $size) (local.get $bits)))
        (br_if $done (i64.lt_u (local.get $size) (i64.const 4)))
        (br_if $done (i64.gt_u (local.get $size) (i64.extend_i32_u (local.get $max_size))))
        (local.set $start (i32.add (i32.add (local.get $pos) (i32.const 1)) (local.get $width)))
        (local.set $end (i32.add (local.get $start) (i32.wrap_i64 (local.get $size))))
        (br_if $done (i32.gt_u (local.get $end) (local.get $stop)))
        (local.set $track (i32.sub (i32.load8_u (local.get $start)) (i32.const 0x80)))
        (br_if $done (i32.lt_s (local.get $track) (i32.const 0)))
        (br_if $done (i32.and (i32.load8_u offset=3 (local.get $start)) (i32.const 0x06)))
        (local.set $track (i32.load8_u (i32.add (local.get $tracks) (local.get $track))))
        (br_if $done (i32.eq (local.get $track) (i32.const 255)))
        (i32.store16 (i32.add (local.get $track_of) (i32.shl (local.get $count) (i32.const 1))) (local.get $track))
        (i32.store (i32.add (local.get $timecodes) (i32.shl (local.get $count) (i32.const 2)))
          (i32.extend16_s
            (i32.or
              (i32.shl (i32.load8_u offset=1 (local.get $start)) (i32.const 8))
              (i32.load8_u offset=2 (local.get $start)))))
        (i32.store (i32.add (local.get $starts) (i32.shl (local.get $count) (i32.const 2)))
          (i32.sub (i32.add (local.get $start) (i32.const 4)) (local.get $origin)))
        (i32.store (i32.add (local.get $ends) (i32.shl (local.get $count) (i32.const 2)))
          (i32.sub (local.get $end) (local.get $origin)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $pos (local.get $end))
        (br $next)))
    (i32.store (local.get $count_at) (local.get $count))
    (local.get $pos))

  ;; A track's slot, 40 bytes:
  ;;    0 f64 where its audio ends, sample frames     8 f64 its rate, Hz     16 f64 the tolerance, sample frames
  ;;   24 bytes of a sample frame, 0 where it is no audio                    28 address of its next byte
  ;;   32 bytes that fit there                       36 bytes of the document that is being read

  ;; Whether every block has whole sample frames and stands within the tolerance of where its track ends by then. Brings
  ;; the slots' ends forward, which then are of no use where the answer is 0.
  (func $go_on
    (param $count i32) (param $track_of i32) (param $timecodes i32) (param $starts i32) (param $ends i32)
    (param $slots i32) (param $relative f64) (param $tick f64)
    (result i32)
    (local $i i32) (local $slot i32) (local $frame_bytes i32) (local $length i32) (local $timecode i32)
    (local $position f64) (local $rounded f64) (local $end f64)
    (loop $next
      (if (i32.ge_u (local.get $i) (local.get $count)) (then (return (i32.const 1))))
      (local.set $slot (i32.add (local.get $slots)
        (i32.mul (i32.load16_u (i32.add (local.get $track_of) (i32.shl (local.get $i) (i32.const 1)))) (i32.const 40))))
      (local.set $frame_bytes (i32.load offset=24 (local.get $slot)))
      (if (local.get $frame_bytes)
        (then
          (local.set $timecode (i32.load (i32.add (local.get $timecodes) (i32.shl (local.get $i) (i32.const 2)))))
          ;; A frame that follows its lace's first one has none of its own.
          (if (i32.eq (local.get $timecode) (i32.const 0x80000000)) (then (return (i32.const 0))))
          (local.set $length (i32.sub
            (i32.load (i32.add (local.get $ends) (i32.shl (local.get $i) (i32.const 2))))
            (i32.load (i32.add (local.get $starts) (i32.shl (local.get $i) (i32.const 2))))))
          (if (i32.rem_u (local.get $length) (local.get $frame_bytes)) (then (return (i32.const 0))))
          ;; Rounded as Math.round does it: halves upwards.
          (local.set $position (f64.div
            (f64.mul
              (f64.add (local.get $relative) (f64.mul (f64.convert_i32_s (local.get $timecode)) (local.get $tick)))
              (f64.load offset=8 (local.get $slot)))
            (f64.const 1e9)))
          (local.set $rounded (f64.floor (local.get $position)))
          (if (f64.ge (f64.sub (local.get $position) (local.get $rounded)) (f64.const 0.5))
            (then (local.set $rounded (f64.add (local.get $rounded) (f64.const 1)))))
          (local.set $end (f64.load (local.get $slot)))
          (if (f64.gt
              (f64.abs (f64.sub (local.get $rounded) (local.get $end)))
              (f64.load offset=16 (local.get $slot)))
            (then (return (i32.const 0))))
          (f64.store (local.get $slot) (f64.add (local.get $end)
            (f64.convert_i32_u (i32.div_u (local.get $length) (local.get $frame_bytes)))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; Copies the payloads of the blocks from $i on to where their slots say, and answers the first that does not fit.
  (func $copy_blocks
    (param $i i32) (param $count i32)
    (param $track_of i32) (param $starts i32) (param $ends i32) (param $slots i32) (param $origin i32)
    (result i32)
    (local $slot i32) (local $start i32) (local $length i32) (local $to i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $count)))
        (local.set $slot (i32.add (local.get $slots)
          (i32.mul (i32.load16_u (i32.add (local.get $track_of) (i32.shl (local.get $i) (i32.const 1)))) (i32.const 40))))
        (if (i32.load offset=24 (local.get $slot))
          (then
            (local.set $start (i32.load (i32.add (local.get $starts) (i32.shl (local.get $i) (i32.const 2)))))
            (local.set $length (i32.sub
              (i32.load (i32.add (local.get $ends) (i32.shl (local.get $i) (i32.const 2))))
              (local.get $start)))
            (br_if $done (i32.gt_u (local.get $length) (i32.load offset=32 (local.get $slot))))
            (local.set $to (i32.load offset=28 (local.get $slot)))
            (memory.copy (local.get $to) (i32.add (local.get $start) (local.get $origin)) (local.get $length))
            (i32.store offset=28 (local.get $slot) (i32.add (local.get $to) (local.get $length)))
            (i32.store offset=32 (local.get $slot)
              (i32.sub (i32.load offset=32 (local.get $slot)) (local.get $length)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $i))

  ;; Appends the blocks from $i on as their slots say, and answers the first that does not fit.
  ;; Those from the first one on are looked at as a whole before; -1 where one of them does not simply go on.
  (func (export "append_blocks")
    (param $i i32) (param $count i32)
    (param $track_of i32) (param $timecodes i32) (param $starts i32) (param $ends i32) (param $slots i32)
    ;; The Cluster's time after the contact's origin, and a tick, nanoseconds.
    (param $relative f64) (param $tick f64)
    ;; Address of what the bounds count from.
    (param $origin i32)
    (result i32)
    (if (i32.eqz (local.get $i))
      (then
        (if (i32.eqz (call $go_on
            (local.get $count) (local.get $track_of) (local.get $timecodes) (local.get $starts) (local.get $ends)
            (local.get $slots) (local.get $relative) (local.get $tick)))
          (then (return (i32.const -1))))))
    (call $copy_blocks
      (local.get $i) (local.get $count)
      (local.get $track_of) (local.get $starts) (local.get $ends) (local.get $slots) (local.get $origin)))

  ;; The first index from $from on at which the $length bytes at $a and at $b differ; $length where none does.
  (func $mismatch (export "mismatch") (param $a i32) (param $b i32) (param $from i32) (param $length i32) (result i32)
    (local $words i32)
    (local.set $words (i32.sub (local.get $length) (i32.const 8)))
    (block $near
      (loop $next
        (br_if $near (i32.gt_s (local.get $from) (local.get $words)))
        (br_if $near (i64.ne
          (i64.load align=1 (i32.add (local.get $a) (local.get $from)))
          (i64.load align=1 (i32.add (local.get $b) (local.get $from)))))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (br $next)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_s (local.get $from) (local.get $length)))
        (br_if $done (i32.ne
          (i32.load8_u (i32.add (local.get $a) (local.get $from)))
          (i32.load8_u (i32.add (local.get $b) (local.get $from)))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next)))
    (local.get $from))

  ;; Of the document that is being read: the address of its number, and its producer timestamp, milliseconds.
  (global $number (mut i32) (i32.const 0))
  (global $producer (mut f64) (f64.const 0))

  ;; Whether $length bytes at $at are those at $known but for the holes: 12 bytes each, where it begins and where it ends
  ;; among them, and what has to stand there: 0 anything, 1 the document's number, 2 its producer timestamp.
  (func $match_run
    (param $at i32) (param $known i32) (param $length i32) (param $hole i32) (param $holes i32)
    (result i32)
    (local $from i32) (local $start i32) (local $end i32) (local $kind i32)
    (local.set $holes (i32.add (local.get $hole) (i32.mul (local.get $holes) (i32.const 12))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $hole) (local.get $holes)))
        (local.set $start (i32.load (local.get $hole)))
        (local.set $end (i32.load offset=4 (local.get $hole)))
        (local.set $kind (i32.load offset=8 (local.get $hole)))
        (if (i32.lt_u
            (call $mismatch (local.get $at) (local.get $known) (local.get $from) (local.get $start))
            (local.get $start))
          (then (return (i32.const 0))))
        (if (i32.eq (local.get $kind) (i32.const 1))
          (then
            (if (i32.eqz (call $read_number (i32.add (local.get $at) (local.get $start)) (i32.add (local.get $at) (local.get $end))))
              (then (return (i32.const 0))))))
        (if (i32.eq (local.get $kind) (i32.const 2))
          (then
            (if (i32.eqz (call $read_seconds (i32.add (local.get $at) (local.get $start)) (i32.add (local.get $at) (local.get $end))))
              (then (return (i32.const 0))))))
        (local.set $from (local.get $end))
        (local.set $hole (i32.add (local.get $hole) (i32.const 12)))
        (br $next)))
    (i32.eq
      (call $mismatch (local.get $at) (local.get $known) (local.get $from) (local.get $length))
      (local.get $length)))

  ;; Takes note of the number that stands there; 0 where there is anything but digits.
  (func $read_number (param $at i32) (param $end i32) (result i32)
    (global.set $number (local.get $at))
    (loop $next
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const 1))))
      (if (i32.gt_u (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)) (i32.const 9))
        (then (return (i32.const 0))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next))
    (unreachable))

  ;; Takes note of the time that stands there, seconds with three decimals; 0 where there is anything else.
  (func $read_seconds (param $at i32) (param $end i32) (result i32)
    (local $point i32) (local $digit i32) (local $sum i64)
    (local.set $point (i32.sub (local.get $end) (i32.const 4)))
    ;; One to twelve digits before the point.
    (if (i32.gt_u (i32.sub (local.get $point) (i32.add (local.get $at) (i32.const 1))) (i32.const 11))
      (then (return (i32.const 0))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
        (if (i32.eq (local.get $at) (local.get $point))
          (then
            (if (i32.ne (local.get $digit) (i32.const -2)) (then (return (i32.const 0)))))
          (else
            (if (i32.gt_u (local.get $digit) (i32.const 9)) (then (return (i32.const 0))))
            (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 10)) (i64.extend_i32_u (local.get $digit))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (global.set $producer (f64.convert_i64_u (local.get $sum)))
    (i32.const 1))

  ;; Takes whole documents from $pos on, none beyond $stop, that differ from the last one in nothing but what each has of
  ;; its own, and whose audio simply goes on. Answers where it stopped: at the beginning of a document. What it needs to
  ;; know and what it has found out stands at $p; `DocumentRun` sets and reads it, 32-bit words unless said otherwise:
  ;;     0 f64 milliseconds of a tick               8 f64 how far both clocks may differ, milliseconds
  ;;    16 i64 the slots' origin, nanoseconds      24 i64 the latest Cluster's time, ticks
  ;;    32 address of the preamble                 36 its bytes
  ;;    40 address of the Tags before the Cluster  44 their bytes   48 address of their holes   52 how many
  ;;    56 address of the Tags behind it           60 their bytes   64 address of their holes   68 how many
  ;;    72 bytes of the largest block              76 address of the track numbers' table
  ;;    80 room of the columns                     84, 88, 92, 96 address of each: track, timecode, start, end
  ;;   100 address of each track's last block size, bytes
  ;;   104 address of the count of blocks         108 address of the slots     112 how many
  ;;   116 address of the greatest number         120 its bytes
  ;;   124 address of the taken documents' numbers  128 room for so many documents
  ;;   132 address of where the slots' ends are kept  152 i64 nanoseconds of a tick
  ;; It answers at
  ;;   136 documents taken                        140 their blocks
  ;;   148 1 where the next one finds no room
  (func (export "read_documents") (param $p i32) (param $pos i32) (param $stop i32) (result i32)
    (local $at i32) (local $width i32) (local $ticks i64) (local $origin i32) (local $count i32) (local $i i32)
    (local $slot i32) (local $slots i32) (local $slots_end i32) (local $preamble i32) (local $preamble_length i32)
    (local $length i32) (local $index i32) (local $lacks i32) (local $number_length i32)
    (local.set $preamble (i32.load offset=32 (local.get $p)))
    (local.set $preamble_length (i32.load offset=36 (local.get $p)))
    (local.set $slots (i32.load offset=108 (local.get $p)))
    (local.set $slots_end (i32.add (local.get $slots) (i32.mul (i32.load offset=112 (local.get $p)) (i32.const 40))))
    (local.set $number_length (i32.load offset=120 (local.get $p)))
    (i32.store offset=148 (local.get $p) (i32.const 0))
    (block $done
      (br_if $done (i32.gt_u (i32.add (local.get $pos) (local.get $preamble_length)) (local.get $stop)))
      (br_if $done (i32.lt_u
        (call $mismatch (local.get $pos) (local.get $preamble) (i32.const 0) (local.get $preamble_length))
        (local.get $preamble_length)))
      (loop $next
        (br_if $done (i32.ge_u (i32.load offset=136 (local.get $p)) (i32.load offset=128 (local.get $p))))
        (local.set $at (i32.add (local.get $pos) (local.get $preamble_length)))
        ;; The Tags before the Cluster.
        (local.set $length (i32.load offset=44 (local.get $p)))
        (br_if $done (i32.gt_u (i32.add (local.get $at) (local.get $length)) (local.get $stop)))
        (br_if $done (i32.eqz (call $match_run
          (local.get $at) (i32.load offset=40 (local.get $p)) (local.get $length)
          (i32.load offset=48 (local.get $p)) (i32.load offset=52 (local.get $p)))))
        (local.set $at (i32.add (local.get $at) (local.get $length)))
        ;; A Cluster of unknown size, in one byte or eight, and its Timestamp: 22 bytes at the most.
        (br_if $done (i32.gt_u (i32.add (local.get $at) (i32.const 22)) (local.get $stop)))
        (br_if $done (i32.ne (i32.load align=1 (local.get $at)) (i32.const 0x75b6431f)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0xff))
          (then (local.set $at (i32.add (local.get $at) (i32.const 1))))
          (else
            (br_if $done (i64.ne (i64.load align=1 (local.get $at)) (i64.const 0xffffffffffffff01)))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))))
        (br_if $done (i32.ne (i32.load8_u (local.get $at)) (i32.const 0xe7)))
        (local.set $width (i32.sub (i32.load8_u offset=1 (local.get $at)) (i32.const 0x80)))
        (br_if $done (i32.gt_u (i32.sub (local.get $width) (i32.const 1)) (i32.const 7)))
        (local.set $ticks (i64.shr_u
          (call $load_be (i32.add (local.get $at) (i32.const 2)))
          (i64.extend_i32_u (i32.shl (i32.sub (i32.const 8) (local.get $width)) (i32.const 3)))))
        (br_if $done (i64.gt_u (local.get $ticks) (i64.load offset=24 (local.get $p))))
        (local.set $at (i32.add (i32.add (local.get $at) (i32.const 2)) (local.get $width)))
        ;; Its blocks.
        (local.set $origin (local.get $at))
        (i32.store (i32.load offset=104 (local.get $p)) (i32.const 0))
        (local.set $at (call $read_blocks
          (local.get $at) (local.get $stop) (i32.load offset=72 (local.get $p))
          (i32.load offset=76 (local.get $p))
          (i32.load offset=104 (local.get $p)) (i32.load offset=80 (local.get $p))
          (i32.load offset=84 (local.get $p)) (i32.load offset=88 (local.get $p))
          (i32.load offset=92 (local.get $p)) (i32.load offset=96 (local.get $p))
          (local.get $origin)))
        (local.set $count (i32.load (i32.load offset=104 (local.get $p))))
        (br_if $done (i32.eqz (local.get $count)))
        ;; The Tags behind it.
        (local.set $length (i32.load offset=60 (local.get $p)))
        (if (local.get $length)
          (then
            (br_if $done (i32.gt_u (i32.add (local.get $at) (local.get $length)) (local.get $stop)))
            (br_if $done (i32.eqz (call $match_run
              (local.get $at) (i32.load offset=56 (local.get $p)) (local.get $length)
              (i32.load offset=64 (local.get $p)) (i32.load offset=68 (local.get $p)))))
            (local.set $at (i32.add (local.get $at) (local.get $length)))))
        ;; The beginning of the next document shows that this one is whole.
        (br_if $done (i32.gt_u (i32.add (local.get $at) (local.get $preamble_length)) (local.get $stop)))
        (br_if $done (i32.lt_u
          (call $mismatch (local.get $at) (local.get $preamble) (i32.const 0) (local.get $preamble_length))
          (local.get $preamble_length)))
        ;; A number beyond all that have come has not come before.
        (local.set $i (call $mismatch
          (global.get $number) (i32.load offset=116 (local.get $p)) (i32.const 0) (local.get $number_length)))
        (br_if $done (i32.ge_u (local.get $i) (local.get $number_length)))
        (br_if $done (i32.lt_u
          (i32.load8_u (i32.add (global.get $number) (local.get $i)))
          (i32.load8_u (i32.add (i32.load offset=116 (local.get $p)) (local.get $i)))))
        ;; Both clocks agree.
        (br_if $done (f64.gt
          (f64.abs (f64.sub
            (f64.mul (f64.convert_i64_u (local.get $ticks)) (f64.load (local.get $p)))
            (global.get $producer)))
          (f64.load offset=8 (local.get $p))))
        ;; Whether there is room, before anything is changed.
        (local.set $slot (local.get $slots))
        (loop $clear
          (if (i32.lt_u (local.get $slot) (local.get $slots_end))
            (then
              (i32.store offset=36 (local.get $slot) (i32.const 0))
              (local.set $slot (i32.add (local.get $slot) (i32.const 40)))
              (br $clear))))
        (local.set $lacks (i32.const 0))
        (local.set $i (i32.const 0))
        (loop $sum
          (if (i32.lt_u (local.get $i) (local.get $count))
            (then
              (local.set $slot (i32.add (local.get $slots) (i32.mul
                (i32.load16_u (i32.add (i32.load offset=84 (local.get $p)) (i32.shl (local.get $i) (i32.const 1))))
                (i32.const 40))))
              (if (i32.load offset=24 (local.get $slot))
                (then
                  (i32.store offset=36 (local.get $slot) (i32.add
                    (i32.load offset=36 (local.get $slot))
                    (i32.sub
                      (i32.load (i32.add (i32.load offset=96 (local.get $p)) (i32.shl (local.get $i) (i32.const 2))))
                      (i32.load (i32.add (i32.load offset=92 (local.get $p)) (i32.shl (local.get $i) (i32.const 2)))))))
                  (if (i32.gt_u (i32.load offset=36 (local.get $slot)) (i32.load offset=32 (local.get $slot)))
                    (then (local.set $lacks (i32.const 1))))))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br $sum))))
        (if (local.get $lacks)
          (then
            (i32.store offset=148 (local.get $p) (i32.const 1))
            (br $done)))
        ;; Where the tracks end is put back where a block is in need of anything else.
        (call $keep_ends (local.get $slots) (local.get $slots_end) (i32.load offset=132 (local.get $p)))
        (if (i32.eqz (call $go_on
            (local.get $count)
            (i32.load offset=84 (local.get $p)) (i32.load offset=88 (local.get $p))
            (i32.load offset=92 (local.get $p)) (i32.load offset=96 (local.get $p))
            (local.get $slots)
            (f64.convert_i64_s (i64.sub
              (i64.mul (local.get $ticks) (i64.load offset=152 (local.get $p)))
              (i64.load offset=16 (local.get $p))))
            (f64.convert_i64_u (i64.load offset=152 (local.get $p)))))
          (then
            (call $restore_ends (local.get $slots) (local.get $slots_end) (i32.load offset=132 (local.get $p)))
            (br $done)))
        (drop (call $copy_blocks
          (i32.const 0) (local.get $count)
          (i32.load offset=84 (local.get $p)) (i32.load offset=92 (local.get $p)) (i32.load offset=96 (local.get $p))
          (local.get $slots) (local.get $origin)))
        ;; What is to be known of it.
        (memory.copy (i32.load offset=116 (local.get $p)) (global.get $number) (local.get $number_length))
        (memory.copy
          (i32.add (i32.load offset=124 (local.get $p))
            (i32.mul (i32.load offset=136 (local.get $p)) (local.get $number_length)))
          (global.get $number) (local.get $number_length))
        (local.set $i (i32.sub (local.get $count) (i32.const 1)))
        (local.set $index (i32.load16_u (i32.add (i32.load offset=84 (local.get $p)) (i32.shl (local.get $i) (i32.const 1)))))
        (i32.store (i32.add (i32.load offset=100 (local.get $p)) (i32.shl (local.get $index) (i32.const 2)))
          (i32.sub
            (i32.load (i32.add (i32.load offset=96 (local.get $p)) (i32.shl (local.get $i) (i32.const 2))))
            (i32.load (i32.add (i32.load offset=92 (local.get $p)) (i32.shl (local.get $i) (i32.const 2))))))
        (i32.store offset=136 (local.get $p) (i32.add (i32.load offset=136 (local.get $p)) (i32.const 1)))
        (i32.store offset=140 (local.get $p) (i32.add (i32.load offset=140 (local.get $p)) (local.get $count)))
        (local.set $pos (local.get $at))
        (br $next)))
    (local.get $pos))

  ;; Keeps the slots' ends at $kept, and puts them back.
  (func $keep_ends (param $slot i32) (param $end i32) (param $kept i32)
    (loop $next
      (if (i32.lt_u (local.get $slot) (local.get $end))
        (then
          (f64.store (local.get $kept) (f64.load (local.get $slot)))
          (local.set $kept (i32.add (local.get $kept) (i32.const 8)))
          (local.set $slot (i32.add (local.get $slot) (i32.const 40)))
          (br $next)))))
  (func $restore_ends (param $slot i32) (param $end i32) (param $kept i32)
    (loop $next
      (if (i32.lt_u (local.get $slot) (local.get $end))
        (then
          (f64.store (local.get $slot) (f64.load (local.get $kept)))
          (local.set $kept (i32.add (local.get $kept) (i32.const 8)))
          (local.set $slot (i32.add (local.get $slot) (i32.const 40)))
          (br $next)))))

  ;; Two mono lines of $frames 16-bit samples side by side, the left one first.
  (func (export "interleave") (param $left i32) (param $right i32) (param $out i32) (param $frames i32)
    (local $l v128) (local $r v128) (local $eights i32)
    (local.set $eights (i32.and (local.get $frames) (i32.const -8)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $eights)))
        (local.set $l (v128.load align=2 (local.get $left)))
        (local.set $r (v128.load align=2 (local.get $right)))
        (v128.store align=2 (local.get $out)
          (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $l) (local.get $r)))
        (v128.store offset=16 align=2 (local.get $out)
          (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $l) (local.get $r)))
        (local.set $left (i32.add (local.get $left) (i32.const 16)))
        (local.set $right (i32.add (local.get $right) (i32.const 16)))
        (local.set $out (i32.add (local.get $out) (i32.const 32)))
        (local.set $eights (i32.sub (local.get $eights) (i32.const 8)))
        (br $next)))
    (local.set $frames (i32.and (local.get $frames) (i32.const 7)))
    (block $end
      (loop $rest
        (br_if $end (i32.eqz (local.get $frames)))
        (i32.store16 (local.get $out) (i32.load16_u (local.get $left)))
        (i32.store16 offset=2 (local.get $out) (i32.load16_u (local.get $right)))
        (local.set $left (i32.add (local.get $left) (i32.const 2)))
        (local.set $right (i32.add (local.get $right) (i32.const 2)))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $frames (i32.sub (local.get $frames) (i32.const 1)))
        (br $rest))))

  ;; The sum of both, clipped to 16 bits.
  (func (export "mix") (param $left i32) (param $right i32) (param $out i32) (param $frames i32)
    (local $eights i32)
    (local.set $eights (i32.and (local.get $frames) (i32.const -8)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $eights)))
        (v128.store align=2 (local.get $out)
          (i16x8.add_sat_s (v128.load align=2 (local.get $left)) (v128.load align=2 (local.get $right))))
        (local.set $left (i32.add (local.get $left) (i32.const 16)))
        (local.set $right (i32.add (local.get $right) (i32.const 16)))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (local.set $eights (i32.sub (local.get $eights) (i32.const 8)))
        (br $next)))
    (local.set $frames (i32.and (local.get $frames) (i32.const 7)))
    (block $end
      (loop $rest
        (br_if $end (i32.eqz (local.get $frames)))
        (i32.store16 (local.get $out)
          (i16x8.extract_lane_s 0 (i16x8.add_sat_s
            (i16x8.splat (i32.load16_u (local.get $left)))
            (i16x8.splat (i32.load16_u (local.get $right))))))
        (local.set $left (i32.add (local.get $left) (i32.const 2)))
        (local.set $right (i32.add (local.get $right) (i32.const 2)))
        (local.set $out (i32.add (local.get $out) (i32.const 2)))
        (local.set $frames (i32.sub (local.get $frames) (i32.const 1)))
        (br $rest)))))
