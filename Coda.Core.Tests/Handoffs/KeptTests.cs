using System.Diagnostics;
using Coda.Core.Handoffs;
using Coda.Core.Terminals;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Handoffs;

/// <summary>What a hand-off leaves behind: nothing that a person made is ever lost.</summary>
public sealed class KeptTests : IAsyncLifetime
{
    // It is copied at once, being a hole, and takes git a quarter of an hour to read.
    private const string Endless = "truncate -s 256G endless";
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
    [InlineData("rm -rf .git")]
    [InlineData("git checkout -qb feature; echo two > notes.md; git commit -qam two; git checkout -q main")]
    [InlineData("git checkout -q --detach; git commit -q --allow-empty -m two")]
    [InlineData("echo two > notes.md; git stash -q")]
    [InlineData("git tag -am released v1")]
    [InlineData("git worktree add -q ../more")]
    [InlineData("echo x > ../report.md")]
    [InlineData("echo x > ../prompt.md")]
    [InlineData("mv ../p ../p2")]
    [InlineData("mv ../p ../p2; ln -s p2 ../p")]
    [InlineData("git update-index --assume-unchanged notes.md; echo two > notes.md")]
    [InlineData("git update-index --skip-worktree notes.md; echo two > notes.md")]
    [InlineData("echo notes.txt > .git/info/exclude; echo two > notes.txt")]
    [InlineData("chmod +x notes.md")]
    [InlineData(Endless)]
    [InlineData("echo '* filter=strip' > .git/info/attributes; git config filter.strip.clean 'grep -v two'; "
        + "git config filter.strip.required true; echo two >> notes.md")]
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

    [Theory]
    [InlineData("git status -s > /dev/null; touch notes.md")]
    [InlineData("echo two > notes.md; git status -s > /dev/null; echo one > notes.md")]
    public async Task What_nobody_made_anything_in_is_removed(string made)
    {
        var view = await LaunchAsync();
        await DoAsync(view, made);
        await EndAsync();
        Assert.False(Directory.Exists(Own(view)));
        Assert.NotNull((await NowAsync(view))!.RemovedAt);
    }

    [Fact]
    public async Task A_look_at_a_folder_and_its_removal_do_not_meet()
    {
        var view = (await NowAsync(await LaunchAsync()))!;
        var looking = new TaskCompletionSource();
        var enough = new TaskCompletionSource();
        var look = host.Get<HandoffFiles>().LookAsync(
            view,
            async tree =>
            {
                looking.SetResult();
                await enough.Task;
                return await tree.SnapshotAsync(default);
            },
            default);
        await looking.Task;
        var ending = EndAsync();
        await Wait.Until(async () => (await NowAsync(view))!.EndedAt is not null);
        Assert.False(ending.IsCompleted);
        enough.SetResult();
        Assert.NotNull(await look);
        await ending;
        Assert.False(Directory.Exists(Own(view)));
        Assert.NotNull((await NowAsync(view))!.RemovedAt);
        Assert.Null(await host.Get<HandoffFiles>().LookAsync(view, tree => tree.SnapshotAsync(default), default));
        Assert.False(Directory.Exists(Own(view)));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("git checkout -qb feature; git commit -q --allow-empty -m two; git checkout -q main", 0)]
    [InlineData("git stash -q; git stash apply -q", 0)]
    [InlineData("echo two > notes.md; git commit -qam two", 1)]
    [InlineData("echo mine > result.log", 0)]
    public async Task A_copy_of_a_repository_shows_what_changed_in_it_and_goes_only_if_nothing_did(string made, int? changes)
    {
        Shell("git init -q; echo '*.log' > .gitignore; git add -A; git commit -qm one; "
            + "git branch old; echo more > data/2.csv; echo more >> notes.md", Source);
        var view = await LaunchAsync();
        await DoAsync(view, made);
        await EndAsync();
        Assert.Equal(changes, (await host.Get<HandoffFolders>().ListAsync(default)).SingleOrDefault()?.Changes);
        Assert.Equal(changes is not null, Directory.Exists(Own(view)));
        if (changes > 0)
        {
            var diff = await host.Get<HandoffFolders>().DiffAsync(view.Id, default);
            Assert.Contains("+two\n", diff, StringComparison.Ordinal);
            Assert.DoesNotContain("2.csv", diff, StringComparison.Ordinal); // that came so
        }
    }

    [Theory]
    [InlineData("git worktree add -q ../p")]
    [InlineData("mkdir ../p; ln -s ../main/.git ../p/.git; git -C ../p reset -q --hard")]
    public async Task What_is_committed_in_a_copy_stays_in_the_copy(string share)
    {
        Shell(
            $"rm -rf p; git init -q main; cd main; echo one > notes.md; git add -A; git commit -qm one; "
            + $"{share}; git for-each-ref > ../before",
            host.Projects);
        var view = await LaunchAsync();
        await DoAsync(view, "echo two > notes.md; git commit -qam two; git branch mine");
        Shell("git -C main for-each-ref | cmp - before; git -C main cat-file -e HEAD:notes.md", host.Projects);
        await EndAsync();
        Assert.Equal(1, Assert.Single(await host.Get<HandoffFolders>().ListAsync(default)).Changes);
    }

    [Fact]
    public async Task Read_only_directories_go_like_others()
    {
        Shell("mkdir -p cache/deep; echo x > cache/deep/x; chmod 555 cache/deep cache", Source);
        var view = await LaunchAsync();
        await DoAsync(view, "true");
        await EndAsync();
        Assert.False(Directory.Exists(Own(view)));
        Assert.NotNull((await NowAsync(view))!.RemovedAt);
        Shell("chmod 755 cache cache/deep", Source);
    }

    [Fact]
    public async Task A_folder_too_large_to_remember_in_time_is_handed_over_without_a_baseline()
    {
        await RestartAsync(2);
        Shell(Endless, Source);
        var view = await LaunchAsync();
        Assert.False(Directory.Exists($"{view.Directory}/.git"));
        await DoAsync(view, "true");
        await EndAsync();
        Assert.Null(Assert.Single(await host.Get<HandoffFolders>().ListAsync(default)).Changes);
        Assert.Null((await NowAsync(view))!.Baseline);
    }

    [Fact]
    public async Task A_stop_of_the_server_does_not_wait_for_a_baseline()
    {
        await RestartAsync(3600);
        var asking = await RemembersAsync(default);
        await EndAsync().AsTask().WaitAsync(Wait.Timeout);
        Assert.IsType<HandoffStart.Refused>(await asking);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_caller_that_goes_away_while_the_baseline_is_made_leaves_nothing()
    {
        await RestartAsync(3600);
        using var away = new CancellationTokenSource();
        var asking = await RemembersAsync(away.Token);
        await away.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(Wait.Timeout));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task A_terminal_that_is_ended_while_the_baseline_is_made_leaves_nothing()
    {
        await RestartAsync(3600);
        var asking = await RemembersAsync(default);
        await Assert.Single(host.Terminals.Live).EndAsync(TestCaller.Owner, TerminalEndReason.Closed).WaitAsync(Wait.Timeout);
        Assert.IsType<HandoffStart.Refused>(await asking.WaitAsync(Wait.Timeout));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task What_is_committed_in_a_working_tree_inside_a_copy_does_not_reach_the_original()
    {
        Shell("git init -q; git add -A; git commit -qm one; git worktree add -q wt; git for-each-ref > ../before", Source);
        var view = await LaunchAsync();
        await DoAsync(view, "cd wt; echo two > notes.md; git add notes.md; git commit -qm two");
        Shell("git for-each-ref | cmp - ../before", Source);
        await EndAsync();
        Assert.True(File.Exists($"{view.Directory}/wt/notes.md"));
    }

    private static string Own(HandoffView view) => Path.GetDirectoryName(view.Directory)!;

    private static void Shell(string script, string directory)
    {
        const string Me =
            "git() { command git -c user.name=a -c user.email=a@b.c -c init.defaultBranch=main -c protocol.file.allow=always \"$@\"; }\n"
            + "set -e\n";
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

    private async Task RestartAsync(int pullSeconds)
    {
        await host.DisposeAsync();
        await StartAsync(pullSeconds);
    }

    // A hand-off whose baseline is being made.
    private async Task<Task<HandoffStart>> RemembersAsync(CancellationToken cancellation)
    {
        Shell(Endless, Source);
        var asking = host.Get<HandoffService>().StartAsync(TestCaller.Owner, Request(Source), cancellation);
        await Wait.Until(() => Directory.Exists(host.Home.ProjectsDirectory)
            && Directory.GetDirectories(host.Home.ProjectsDirectory).Any(own => Directory.Exists($"{own}/p/.git")));
        return asking;
    }

    private async Task NothingIsLeftAsync()
    {
        Assert.Empty(Directory.GetDirectories(host.Home.ProjectsDirectory));
        Assert.Empty(await host.Get<HandoffService>().ListAsync(TimeSpan.FromDays(1), "", null, 10, default));
    }

    private async Task<HandoffView> LaunchAsync() =>
        Assert.IsType<HandoffStart.Launched>(await host.Get<HandoffService>().StartAsync(
            TestCaller.Owner, Request(Source), default)).Handoff;

    // Ends them all, and returns when each has tidied up.
    private ValueTask EndAsync() => host.Get<HandoffService>().DisposeAsync();

    private Task<HandoffView?> NowAsync(HandoffView view) => host.Get<HandoffFolders>().FindAsync(view.Id, default);
}
