/** The query language, for the help of the commands that take it. A test holds it against the fields of the model. */
export const queryHelp = `
A query, in quotes for the shell, is any of these, and all have to hold:
  login "token refresh"         words and phrases, in anything that was said,
                                inputs and outputs of tools too
  tag:auth,docs                 one of these; also backend: source: status:
                                model: title: file: branch:
  is:pinned                     or archived, running, fork, spawned, empty
  after:7d before:2026-01-31    last used; also today, yesterday
  cost:>1 tokens:>=10k turns:3  in dollars; in tokens; how many turns
  -is:fork -"not this"          what must not hold`;
