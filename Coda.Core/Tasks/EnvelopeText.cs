namespace Coda.Core.Tasks;

/// <summary>The fixed sections of the envelope.</summary>
internal static class EnvelopeText
{
    /// <summary>What must not be done without being asked.</summary>
    public const string Safety = """
        SAFETY:
        - Do not delete, drop or truncate tables, schemas, catalogs or volumes.
        - Do not delete files outside the working directory, nor any you did not make unless the task says so.
        - Do not run CLI commands that destroy (deleting clusters, jobs, pipelines, warehouses, apps).
        - Do not change permissions or grants unless the task asks for exactly that.
        - Prefer CREATE OR REPLACE, INSERT and MERGE to dropping and creating again.
        - If the task cannot be done without any of these, stop and report needs_approval with your plan.
        - Whatever you hand to another agent is bound by these rules: pass them on.

        """;

    /// <summary>Plan, execute and synthesize, each with a critique; under 3,200 characters.</summary>
    public static string Protocol(TaskFiles files) => $$"""
        WORKFLOW PROTOCOL:
        Work in three phases, in this order. Each ends with a critique: by a sub-agent if you have one, else by yourself, reading the
        work as a sceptical colleague would. A critique gives one verdict: APPROVE (go on), APPROVE-WITH-FIXES (make the fixes, go on) or
        BLOCK (do the phase again). Log each phase and each critique as a progress line.

        PHASE 1 PLAN
        Read what you need, then write down the steps, the files or objects they touch and how you will know that it worked.
        Critique the plan: does it answer the task, all of it, and nothing else? Is anything missing that only the caller knows?
        Maximum 2 rounds. If the second plan is blocked too, report info_needed and say what would unblock it.

        PHASE 2 EXECUTE
        Carry out the plan step by step, verifying each step by running it, not by reading it.
        Critique the outcome against the plan: errors, untested parts, side effects.
        Maximum 2 rounds. If something outside your reach stops you (access, missing data, a decision), report info_needed.

        PHASE 3 SYNTHESIZE
        Compose the result: what was done, what changed, what is left. Critique it: is every claim true and is every file named?
        Maximum 2 rounds. Only after this critique write {{ShellWord.Quote(files.Result)}}:
        it is the last thing you do, since the server may end this terminal once the file is there.

        WHEN YOU CANNOT FINISH
        - info_needed: context is missing that the caller can give. Put into `feedback` exactly what to add, so that the task can simply be
          sent again with it. This is no failure, and better than a guess.
        - needs_approval: you know what to do, but it destroys or overwrites something and no one has agreed to it yet.
        - If both hold, choose info_needed: a plan made without the missing context is not worth approving.
        - failed: it cannot be done and no answer of the caller would change that. Say why in `errors`.

        """;

    // A part of the reply whose lines are too long for it.
    private const string Approved =
        "If this is a clear yes, carry out that plan and nothing beyond it: "
        + "for exactly these steps the answer lifts the safety rules below. If it\n"
        + "is a no, leave them undone, and finish what can be done without. "
        + "If it is neither, report info_needed. The TASK is repeated as it was given.";

    /// <summary>The question of an earlier attempt, and its answer.</summary>
    public static string Reply(TaskReply reply, Func<string, string> harmless) => reply.Task.Status == CodingTaskStatus.NeedsApproval
        ? $"""
        QUESTION:
        {reply.Task.TaskId} worked on the task below and stopped with a plan that needs approval:
        {Quoted(harmless(reply.Question))}

        ANSWER:
        {Quoted(harmless(reply.Answer))}

        {Approved}

        """
        : $"""
        QUESTION:
        {reply.Task.TaskId} worked on the task below and stopped because it needed to know:
        {Quoted(harmless(reply.Question))}

        ANSWER:
        {Quoted(harmless(reply.Answer))}

        Go on with the task now that this is known. The TASK is repeated as it was given.

        """;

    /// <summary>What to write where.</summary>
    public static string Instructions(TaskFiles files) => $$"""
        INSTRUCTIONS:
        1. Progress: append one line of JSON to the status file whenever you begin a step, and at least every few minutes.
           The caller watches it, and a silent task counts as stuck. With the shell:
             echo '{"step":"plan","message":"what you are about to do"}' >> {{ShellWord.Quote(files.Status)}}
           Steps: plan, critique_plan, execute_1, execute_2, ..., critique_execute, synthesize, critique_synthesize, info_needed, failed.
        2. Result: when everything is done, and as your last act, write ONE JSON object to the result file. It is a file: printing the
           JSON, or saying that you are done, does not count. The directory exists already. Write it whole, for example:
             cat > {{ShellWord.Quote(files.Result + ".new")}} <<'JSON'
             {"status":"completed","summary":"what was done","feedback":"","files_changed":["path"],"artifacts":{},"errors":[]}
             JSON
             mv {{ShellWord.Quote(files.Result + ".new")}} {{ShellWord.Quote(files.Result)}}
           Fields:
             status         completed | failed | info_needed | needs_approval
             summary        what was done, for the caller, in a few sentences
             feedback       required for info_needed (what to add) and needs_approval (what to approve); else empty
             files_changed  paths you created or changed
             artifacts      whatever else the caller can use: URLs, ids, numbers
             errors         what went wrong, if anything did
           Meaning of status:
             completed       the task is done and you have checked it
             failed          it cannot be done; `errors` says why
             info_needed     the caller must add something first; `feedback` says what
             needs_approval  a destructive step waits for a yes or no; `feedback` describes the plan
        3. If you give parts of the work to other agents, log each hand-over and its outcome as a progress line. You alone write the result.

        """;

    private static string Quoted(string text) => $"> {text.ReplaceLineEndings("\n> ")}";
}
