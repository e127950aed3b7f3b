// A lint rule: who switches a rule off says why, after two dashes.
import type { Rule } from 'eslint';

const directive = /^\s*eslint-disable(?:-next-line|-line)?\b(?<rest>[\s\S]*)$/;

export const disableNeedsReason: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      rules: 'Name the rules that are switched off here: "eslint-disable-next-line <rule> -- <reason>".',
      reason: 'Say why this rule is switched off: "eslint-disable-next-line <rule> -- <reason>".',
    },
  },
  create(context) {
    return {
      Program: () => {
        for (const comment of context.sourceCode.getAllComments()) {
          const rest = directive.exec(comment.value)?.groups?.['rest'];
          if (rest === undefined || comment.loc === undefined || comment.loc === null) continue;
          const [rules = '', ...reason] = rest.split(/\s--\s/);
          if (rules.trim() === '') context.report({ loc: comment.loc, messageId: 'rules' });
          if (reason.join('').trim().length < 10) context.report({ loc: comment.loc, messageId: 'reason' });
        }
      },
    };
  },
};
