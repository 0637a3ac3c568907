using Coda.Core.Terminals;

namespace Coda.Core.Agents;

/// <summary>
/// What an operator says of an agent: whatever is null stays as it is built in. The members are those of <see cref="AgentDefinition"/>.
/// </summary>
internal sealed class AgentChange
{
    /// <inheritdoc cref="AgentDefinition.Description"/>
    public string? Description { get; set; }

    /// <inheritdoc cref="AgentDefinition.Executable"/>
    public string? Executable { get; set; }

    /// <inheritdoc cref="AgentDefinition.Headless"/>
    public List<string>? Headless { get; set; }

    /// <inheritdoc cref="AgentDefinition.PromptVia"/>
    public PromptVia? PromptVia { get; set; }

    /// <inheritdoc cref="AgentDefinition.Smart"/>
    public PermissionChange? Smart { get; set; }

    /// <inheritdoc cref="AgentDefinition.Yolo"/>
    public PermissionChange? Yolo { get; set; }

    /// <inheritdoc cref="AgentDefinition.Grants"/>
    public List<string>? Grants { get; set; }

    /// <inheritdoc cref="AgentDefinition.Files"/>
    public Dictionary<string, string>? Files { get; set; }

    /// <inheritdoc cref="AgentDefinition.Interactive"/>
    public List<string>? Interactive { get; set; }

    /// <inheritdoc cref="AgentDefinition.PromptGrants"/>
    public List<string>? PromptGrants { get; set; }

    /// <inheritdoc cref="AgentDefinition.InteractiveEnvironment"/>
    public Dictionary<string, string>? InteractiveEnvironment { get; set; }

    /// <inheritdoc cref="AgentDefinition.Events"/>
    public AgentEvents? Events { get; set; }

    /// <inheritdoc cref="AgentDefinition.InteractiveFiles"/>
    public Dictionary<string, string>? InteractiveFiles { get; set; }

    /// <inheritdoc cref="AgentDefinition.Seeds"/>
    public List<AgentSeed>? Seeds { get; set; }

    /// <inheritdoc cref="AgentDefinition.Quit"/>
    public string? Quit { get; set; }

    /// <inheritdoc cref="AgentDefinition.Titles"/>
    public List<TitleRule>? Titles { get; set; }

    /// <inheritdoc cref="AgentDefinition.SetEnvironment"/>
    public Dictionary<string, string>? SetEnvironment { get; set; }

    /// <inheritdoc cref="AgentDefinition.PassEnvironment"/>
    public List<string>? PassEnvironment { get; set; }

    /// <inheritdoc cref="AgentDefinition.StopSignal"/>
    public StopSignal? StopSignal { get; set; }

    /// <inheritdoc cref="AgentDefinition.GraceSeconds"/>
    public double? GraceSeconds { get; set; }

    /// <inheritdoc cref="AgentDefinition.InstallHint"/>
    public string? InstallHint { get; set; }

    /// <inheritdoc cref="AgentDefinition.Login"/>
    public List<string>? Login { get; set; }

    /// <inheritdoc cref="AgentDefinition.ExitCodeDecides"/>
    public bool? ExitCodeDecides { get; set; }

    /// <inheritdoc cref="AgentDefinition.Delegable"/>
    public bool? Delegable { get; set; }

    /// <summary>The definition with this change; lists are replaced, variables are added to.</summary>
    public AgentDefinition Apply(AgentDefinition to) => to with
    {
        Description = Description ?? to.Description,
        Executable = Executable ?? to.Executable,
        Headless = Headless ?? to.Headless,
        PromptVia = PromptVia ?? to.PromptVia,
        Smart = Smart?.Apply(to.Smart) ?? to.Smart,
        Yolo = Yolo?.Apply(to.Yolo) ?? to.Yolo,
        Grants = Grants ?? to.Grants,
        Files = Files ?? to.Files,
        Interactive = Interactive ?? to.Interactive,
        PromptGrants = PromptGrants ?? to.PromptGrants,
        InteractiveEnvironment = Merge(to.InteractiveEnvironment, InteractiveEnvironment),
        Events = Events ?? to.Events,
        InteractiveFiles = InteractiveFiles ?? to.InteractiveFiles,
        Seeds = Seeds ?? to.Seeds,
        Quit = Quit ?? to.Quit,
        Titles = Titles ?? to.Titles,
        SetEnvironment = Merge(to.SetEnvironment, SetEnvironment),
        PassEnvironment = PassEnvironment ?? to.PassEnvironment,
        StopSignal = StopSignal ?? to.StopSignal,
        GraceSeconds = GraceSeconds ?? to.GraceSeconds,
        InstallHint = InstallHint ?? to.InstallHint,
        Login = Login ?? to.Login,
        ExitCodeDecides = ExitCodeDecides ?? to.ExitCodeDecides,
        Delegable = Delegable ?? to.Delegable,
    };

    private static IReadOnlyDictionary<string, string> Merge(IReadOnlyDictionary<string, string> to, Dictionary<string, string>? added) =>
        added is null ? to : to.Where(pair => !added.ContainsKey(pair.Key)).Concat(added).ToDictionary();

    /// <summary>What an operator says of a permission mode.</summary>
    internal sealed class PermissionChange
    {
        /// <inheritdoc cref="PermissionMode.Arguments"/>
        public List<string>? Arguments { get; set; }

        /// <inheritdoc cref="PermissionMode.Environment"/>
        public Dictionary<string, string>? Environment { get; set; }

        /// <summary>The mode with this change.</summary>
        public PermissionMode Apply(PermissionMode to) => new()
        {
            Arguments = Arguments ?? to.Arguments,
            Environment = Merge(to.Environment, Environment),
        };
    }
}
