using System.Diagnostics;
using Coda.Core.Handoffs;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Handoffs;

/// <summary>What a hand-off leaves behind: nothing that a person made is ever lost.</summary>
public sealed class KeptTests : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("coda-kept-").FullName;
    private CoreHost host = null!;

    private string Source => Path.Combine(host.Projects, "p");

    public async ValueTask InitializeAsync()
    {
        await StartAsync(60);
        Shell("mkdir p; echo one > p/notes.md; mkdir p/data; echo 1 > p/data/1.csv", host.Projects);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("rm -rf .git; git init -q")]
    public async Task What_a_person_made_is_kept(string made)
    {
        var view = await LaunchAsync();
        await DoAsync(view, made);
        await EndAsync();
        Assert.NotEmpty(Directory.GetDirectories(Own(view)));
        Assert.Null((await NowAsync(view))!.RemovedAt);
    }

    [Fact]
    public async Task Without_its_baseline_what_changed_is_not_known()
    {
        var view = await LaunchAsync();
        await DoAsync(view, "rm -rf .git; git init -q");
        await EndAsync();
        Assert.Null(Assert.Single(await host.Get<HandoffFolders>().ListAsync(default)).Changes);
        Assert.Null(await host.Get<HandoffFolders>().DiffAsync(view.Id, default));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("echo two > lib/a.txt")]
    [InlineData("cd lib; git checkout -qb feature; echo two > a.txt; git commit -qam two; git checkout -q main")]
    public async Task A_repository_inside_is_never_taken_for_unchanged(string made)
    {
        Shell("git init -q lib; cd lib; echo one > a.txt; git add -A; git commit -qm lib", Source);
        var view = await LaunchAsync();
        await DoAsync(view, made);
        await EndAsync();
        Assert.True(File.Exists($"{view.Directory}/lib/a.txt"));
        Assert.Null(Assert.Single(await host.Get<HandoffFolders>().ListAsync(default)).Changes);
        Assert.Contains("repositories inside", await host.Get<HandoffFolders>().DiffAsync(view.Id, default), StringComparison.Ordinal);
    }

    private static string Own(HandoffView view) => Path.GetDirectoryName(view.Directory)!;

    private static void Shell(string script, string directory)
    {
        const string Me = "git() { command git -c user.name=a -c user.email=a@b.c -c init.defaultBranch=main -c protocol.file.allow=always \"$@\"; }\nset -e\n";
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", Me + script]) { WorkingDirectory = directory })!;
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
    }

    private static HandoffRequest Request(string path) => new() { Prompt = "x", WorkspacePath = path, Agent = "fake" };

    // What a person does there, as if in the terminal.
    private async Task DoAsync(HandoffView view, string script)
    {
        Assert.True(TerminalId.TryParse(view.TerminalId, out var id));
        await host.Terminals.Find(id)!.Shows("AGENT");
        Shell(script, view.Directory);
    }

    private async Task StartAsync(int pullSeconds)
    {
        var settings = FakeDatabricks.Install(root, "echo AGENT; read -r");
        settings["Handoffs:PullSeconds"] = $"{pullSeconds}";
        host = new CoreHost(settings, root: root);
        await host.StartAsync();
    }

    private async Task<HandoffView> LaunchAsync() =>
        Assert.IsType<HandoffStart.Launched>(await host.Get<HandoffService>().StartAsync(Request(Source), default)).Handoff;

    // Ends them all, and returns when each has tidied up.
    private ValueTask EndAsync() => host.Get<HandoffService>().DisposeAsync();

    private Task<HandoffView?> NowAsync(HandoffView view) => host.Get<HandoffFolders>().FindAsync(view.Id, default);
}
