/** A prompt with all that followed it. */
export interface ClaudeTurn {
  readonly before: ClaudeTurn | undefined;
}

/**
 * A transcript is a tree: who goes back to an earlier prompt and words it anew leaves the old branch in the file. What is said
 * belongs to the branch of the last prompt. Records are linked by `parentUuid`, with gaps (damage, other versions): where a
 * parent is not there, the record goes on from what stands before it, so that no gap hides anything.
 */
export class ClaudeBranches {
  readonly #turns = new Map<string, ClaudeTurn>();
  #last: ClaudeTurn = { before: undefined };

  /** The turn of a record that is no prompt. */
  place(uuid: string, parent: string): ClaudeTurn {
    const turn = this.#turns.get(parent) ?? this.#last;
    this.#turns.set(uuid, turn);
    return turn;
  }

  /** The turn that a prompt begins. */
  begin(uuid: string, parent: string): ClaudeTurn {
    const turn = { before: this.#turns.get(parent) ?? this.#last };
    this.#turns.set(uuid, turn);
    this.#last = turn;
    return turn;
  }

  /** The turns of the branch that the last prompt is on. */
  active(): ReadonlySet<ClaudeTurn> {
    const turns = new Set<ClaudeTurn>();
    for (let turn: ClaudeTurn | undefined = this.#last; turn; turn = turn.before) turns.add(turn);
    return turns;
  }
}
