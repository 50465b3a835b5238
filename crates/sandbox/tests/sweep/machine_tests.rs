//! The filter machine itself, instruction by instruction.

use crate::machine::{self, ALLOW, Call, Fault, Instruction, KILL, X86_64, answer};

const CALL: Call = Call {
    architecture: X86_64,
    number: 42,
    arguments: [1 << 32 | 7, u64::MAX, 3, 4, 5, 6 << 32],
};

fn statement(code: u16, k: u32) -> Instruction {
    jump(code, k, 0, 0)
}

fn jump(code: u16, k: u32, jt: u8, jf: u8) -> Instruction {
    Instruction { code, jt, jf, k }
}

fn run(program: &[Instruction]) -> Result<u32, Fault> {
    machine::run(program, &CALL)
}

/// What register A holds after these instructions.
fn a_after(instructions: &[Instruction]) -> u32 {
    let program = [instructions, &[statement(RET_A, 0)]].concat();
    run(&program).expect("runs")
}

#[test]
fn loads_read_number_architecture_and_both_halves_of_arguments() {
    let load = |offset| a_after(&[statement(LD_ABS, offset)]);
    assert_eq!(load(0), 42);
    assert_eq!(load(4), X86_64);
    assert_eq!([load(16), load(20)], [7, 1]);
    assert_eq!([load(24), load(28)], [u32::MAX; 2]);
    assert_eq!([load(56), load(60)], [0, 6]);
    assert_eq!(a_after(&[statement(LD_LEN, 0)]), 64);
    assert_eq!(a_after(&[statement(LD_IMM, 9)]), 9);
}

#[test]
fn loads_outside_of_the_call_or_across_words_are_no_program() {
    for offset in [2, 64, u32::MAX] {
        let load = statement(LD_ABS, offset);
        assert_eq!(run(&[load]), Err(Fault::Unknown(load)));
    }
}

#[test]
fn arithmetic_is_that_of_32_bits() {
    let compute = |operation: u16, a, b| {
        let by_constant = a_after(&[statement(LD_IMM, a), statement(ALU | operation, b)]);
        let by_register = [
            statement(LD_IMM, a),
            statement(LDX_IMM, b),
            statement(ALU | X | operation, 0),
        ];
        assert_eq!(a_after(&by_register), by_constant);
        by_constant
    };
    assert_eq!(compute(0x00, u32::MAX, 2), 1);
    assert_eq!(compute(0x10, 1, 2), u32::MAX);
    assert_eq!(compute(0x20, 1 << 31, 2), 0);
    assert_eq!(compute(0x30, 9, 2), 4);
    assert_eq!(compute(0x40, 5, 2), 7);
    assert_eq!(compute(0x50, 7, 2), 2);
    assert_eq!(compute(0x60, 1, 31), 1 << 31);
    assert_eq!(compute(0x70, 8, 3), 1);
    assert_eq!(
        a_after(&[statement(LD_IMM, 1), statement(ALU | 0x80, 0)]),
        u32::MAX
    );
    assert_eq!(compute(0xa0, 6, 3), 5);
    let by_zero = statement(ALU | 0x30, 0);
    assert_eq!(run(&[by_zero]), Err(Fault::Unknown(by_zero)));
    let too_far = statement(ALU | 0x60, 32);
    assert_eq!(run(&[too_far]), Err(Fault::Unknown(too_far)));
}

#[test]
fn memory_and_registers_keep_what_they_are_given() {
    let program = [
        statement(LD_IMM, 5),
        statement(ST, 15),
        statement(TAX, 0),
        statement(LD_IMM, 0),
        statement(STX, 3),
        statement(LD_MEM, 3),
        statement(LDX_MEM, 15),
        statement(ALU | X, 0),
    ];
    assert_eq!(a_after(&program), 10);
    assert_eq!(a_after(&[statement(LDX_IMM, 4), statement(TXA, 0)]), 4);
    assert_eq!(a_after(&[statement(LDX_LEN, 0), statement(TXA, 0)]), 64);
    let outside = statement(ST, 16);
    assert_eq!(run(&[outside]), Err(Fault::Unknown(outside)));
}

#[test]
fn jumps_go_forward_by_their_condition() {
    let taken = |operation: u16, a, b| {
        let tail = [statement(RET, 0), statement(RET, 1)];
        let by_constant = [
            statement(LD_IMM, a),
            jump(JMP | operation, b, 1, 0),
            tail[0],
            tail[1],
        ];
        let by_register = [
            statement(LDX_IMM, b),
            statement(LD_IMM, a),
            jump(JMP | X | operation, 0, 1, 0),
            tail[0],
            tail[1],
        ];
        assert_eq!(run(&by_constant), run(&by_register));
        run(&by_constant) == Ok(1)
    };
    assert_eq!([1, 2, 3].map(|a| taken(0x10, a, 2)), [false, true, false]);
    assert_eq!([1, 2, 3].map(|a| taken(0x20, a, 2)), [false, false, true]);
    assert_eq!([1, 2, 3].map(|a| taken(0x30, a, 2)), [false, true, true]);
    assert_eq!([1, 2, 3].map(|a| taken(0x40, a, 2)), [false, true, true]);
    assert!(taken(0x20, u32::MAX, 1), "comparisons have no sign");
    let always = [statement(JMP, 1), statement(RET, 0), statement(RET, 1)];
    assert_eq!(run(&always), Ok(1));
}

#[test]
fn a_program_without_an_end_or_with_a_foreign_instruction_is_none() {
    assert_eq!(run(&[]), Err(Fault::NoEnd));
    assert_eq!(run(&[statement(LD_IMM, 1)]), Err(Fault::NoEnd));
    assert_eq!(run(&[statement(JMP, u32::MAX)]), Err(Fault::NoEnd));
    // Loads of half words, bytes and packets' headers; MOD, which seccomp leaves out.
    for code in [0x28, 0x30, 0x40, 0xb1, ALU | 0x90, JMP | 0x50, 0xffff] {
        let foreign = statement(code, 1);
        assert_eq!(run(&[foreign]), Err(Fault::Unknown(foreign)), "{code:#x}");
    }
}

#[test]
fn of_a_stack_the_strictest_result_counts_and_then_the_newest() {
    let result = |results: &[u32]| {
        let stack: Vec<_> = results.iter().map(|k| vec![statement(RET, *k)]).collect();
        machine::run_stack(&stack, &CALL).expect("runs")
    };
    assert_eq!(result(&[ALLOW, ALLOW]), ALLOW);
    assert_eq!(result(&[machine::NOTIFY, ALLOW]), machine::NOTIFY);
    assert_eq!(result(&[answer(1), machine::NOTIFY]), answer(1));
    assert_eq!(result(&[answer(1), answer(2), ALLOW]), answer(2));
    assert_eq!(result(&[ALLOW, KILL, answer(1)]), KILL);
}

const LD_IMM: u16 = 0x00;
const LDX_IMM: u16 = 0x01;
const ST: u16 = 0x02;
const STX: u16 = 0x03;
const ALU: u16 = 0x04;
const JMP: u16 = 0x05;
const RET: u16 = 0x06;
const TAX: u16 = 0x07;
const X: u16 = 0x08;
const RET_A: u16 = 0x16;
const LD_ABS: u16 = 0x20;
const LD_MEM: u16 = 0x60;
const LDX_MEM: u16 = 0x61;
const LD_LEN: u16 = 0x80;
const LDX_LEN: u16 = 0x81;
const TXA: u16 = 0x87;
