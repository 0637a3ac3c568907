using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>How an agent gets its prompt: never in the argument vector, which is limited, visible and quoted differently by each.</summary>
public enum PromptVia
{
    /// <summary>The file of the envelope becomes standard input.</summary>
    Stdin,

    /// <summary>The arguments name the file of the envelope with <c>{promptFile}</c>.</summary>
    File,

    /// <summary>The caller's own words, without an envelope, are the program: <c>{promptFile}</c> names them.</summary>
    Script,
}

/// <summary>The signal that asks an agent to stop; the values are Linux's.</summary>
public enum StopSignal
{
    /// <summary>SIGHUP.</summary>
    Hup = 1,

    /// <summary>SIGINT.</summary>
    Int = 2,

    /// <summary>SIGTERM.</summary>
    Term = 15,
}

/// <summary>What a permission mode adds to an agent's command.</summary>
public sealed record PermissionMode
{
    /// <summary>Arguments, which take the place of <c>{permissions}</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// A coding agent: how it is run, told what it may do, and stopped. Every property but the name is a key of <c>agents.json</c> and of
/// section <c>Agents:&lt;name&gt;</c>. Arguments are templates: <c>{promptFile}</c>, <c>{resultsDir}</c>,
/// <c>{workDir}</c>, <c>{taskDir}</c> and <c>{prompt}</c> are filled in within one argument, <c>{permissions}</c>, <c>{grants}</c>
/// and <c>{promptGrants}</c> are whole arguments and become any number of them.
/// </summary>
public sealed record AgentDefinition
{
    /// <summary>What callers say.</summary>
    public required string Name { get; init; }

    /// <summary>What people and models are told about it.</summary>
    public string Description { get; init; } = "";

    /// <summary>A name looked up on the terminal's PATH, or an absolute path.</summary>
    public required string Executable { get; init; }

    /// <summary>Arguments for a task, without a viewer.</summary>
    public required IReadOnlyList<string> Headless { get; init; }

    /// <summary>How a task's prompt reaches it.</summary>
    public PromptVia PromptVia { get; init; }

    /// <summary>What <c>smart</c> adds.</summary>
    public PermissionMode Smart { get; init; } = new();

    /// <summary>What <c>yolo</c> adds.</summary>
    public PermissionMode Yolo { get; init; } = new();

    /// <summary>Arguments that let it write to <c>{resultsDir}</c>; they take the place of <c>{grants}</c>.</summary>
    public IReadOnlyList<string> Grants { get; init; } = [];

    /// <summary>Files it finds in <c>{taskDir}</c>: name and content.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Arguments for a person's terminal, with the kickoff as <c>{prompt}</c>.</summary>
    public IReadOnlyList<string> Interactive { get; init; } = [];

    /// <summary>
    /// Arguments that let it read <c>{filesDir}</c>; they take the place of <c>{promptGrants}</c> when a kickoff is there,
    /// too long for an argument.
    /// </summary>
    public IReadOnlyList<string> PromptGrants { get; init; } = [];

    /// <summary>
    /// Arguments for a person's terminal that is started again: without a kickoff, which was an order for once. Empty = a shell is started.
    /// </summary>
    public IReadOnlyList<string> Again { get; init; } = [];

    /// <summary>The same, continuing the last conversation of its directory; empty = it cannot, or not of a directory.</summary>
    public IReadOnlyList<string> Continue { get; init; } = [];

    /// <summary>Variables it gets in a person's terminal only.</summary>
    public IReadOnlyDictionary<string, string> InteractiveEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Where it tells what it does in a person's terminal; <c>{eventPort}</c> and <c>{eventPassword}</c> are filled in then.
    /// </summary>
    public AgentEvents Events { get; init; }

    /// <summary>Files it finds in <c>{filesDir}</c> for a person's terminal: name and content, itself a template.</summary>
    public IReadOnlyDictionary<string, string> InteractiveFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>Keys of its own settings that are added, where missing, before a person's terminal opens.</summary>
    public IReadOnlyList<AgentSeed> Seeds { get; init; } = [];

    /// <summary>What a person types or presses to leave it.</summary>
    public string Quit { get; init; } = "";

    /// <summary>What its window titles say about its state; the first that matches counts.</summary>
    public IReadOnlyList<TitleRule> Titles { get; init; } = [];

    /// <summary>
    /// What its screen says about its state, where neither events nor titles do; the first that matches counts. At most 20: each is looked
    /// for twice a second at most, for at most 50 ms.
    /// </summary>
    public IReadOnlyList<ScreenRule> Screen { get; init; } = [];

    /// <summary>Variables it gets in every terminal.</summary>
    public IReadOnlyDictionary<string, string> SetEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>Names (or <c>PREFIX_*</c>) it gets from the server's environment, credentials included: they are its own.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <summary>What asks it to stop.</summary>
    public StopSignal StopSignal { get; init; } = StopSignal.Term;

    /// <summary>Seconds it has to stop.</summary>
    public double GraceSeconds { get; init; } = 5;

    /// <summary>What to tell a user who wants it and does not have it.</summary>
    public string InstallHint { get; init; } = "";

    /// <summary>Where a login or configuration is looked for: variables as <c>$NAME</c>, files as <c>~/path</c>.</summary>
    public IReadOnlyList<string> Login { get; init; } = [];

    /// <summary>Whether exit code 0 without a result means success; true of a script, never of an agent.</summary>
    public bool ExitCodeDecides { get; init; }

    /// <summary>Whether tasks may be given to it.</summary>
    public bool Delegable { get; init; } = true;
}
